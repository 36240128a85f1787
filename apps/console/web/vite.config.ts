import { defineConfig } from 'vite';

export default defineConfig({
  build: {
    target: 'es2023',
    // Nothing as a data: URL, so that the content security policy can name the console's own origin alone.
    assetsInlineLimit: 0,
    // Of one chunk there is nothing to preload, and ECharts is most of it.
    modulePreload: false,
    chunkSizeWarningLimit: 1_000,
    reportCompressedSize: false,
  },
});
