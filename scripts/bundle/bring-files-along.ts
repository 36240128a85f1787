import { cp, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Plugin } from 'rolldown';

/**
 * Our modules name their files by their own place: `new URL('../guard.sh', import.meta.url)`. In a bundle that place is
 * another, so what they name comes along: a file or folder under `files/`, where it has the path that it has in the
 * repository, and a module, which a thread is started from, as a chunk of its own. The repository's root itself becomes
 * the bundle's folder. Fails where a module uses its place in a way that this does not know.
 */
export function bringFilesAlong({ root, folder }: { root: string; folder: string }): Plugin {
  const files = new Set<string>();
  return {
    name: 'bring-files-along',
    transform: {
      filter: { id: { include: /\.ts$/, exclude: /node_modules/ } },
      handler(code, id) {
        if (!code.includes('import.meta')) return null;
        const move = (whole: string, before: string, named: string, after: string) => {
          const target = path.resolve(path.dirname(id), named);
          if (target === root) return `${before}'.'${after}`;
          if (!target.endsWith('.ts')) {
            files.add(target);
            return `${before}'./files/${path.relative(root, target)}'${after}`;
          }
          const fileName = `${path.basename(target, '.ts')}.js`;
          this.emitFile({ type: 'chunk', id: target, fileName });
          return whole.replace(named, `./${fileName}`);
        };
        const placed = references.reduce((text, reference) => text.replaceAll(reference, move), code);
        const others = [...references, harmless].reduce((text, known) => text.replaceAll(known, ''), placed);
        if (others.includes('import.meta')) {
          this.error(`${path.relative(root, id)} uses import.meta in a way that no bundle can follow.`);
        }
        return { code: placed };
      },
    },
    async writeBundle() {
      for (const file of files) {
        await stat(file); // a folder that the set-up should have built
        await cp(file, path.join(folder, 'files', path.relative(root, file)), { recursive: true });
      }
    },
  };
}

/** What is before the name, the name, what is behind it. */
const references = [/(new URL\()'([^']+)'(, import\.meta\.url\))/g, /(join\(import\.meta\.dirname, )'([^']+)'(\))/g];
/** What comes out as well where the bundle is. */
const harmless = /createRequire\(import\.meta\.url\)|import\.meta\.resolve\(/g;
