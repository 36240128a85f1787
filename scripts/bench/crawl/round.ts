/** What one round of one side came to. */
export interface Round {
  pagesPerSecond: number;
  /** Processor time of crawler and browsers, ms a page: what a busy machine leaves alone. */
  cpuPerPage: number;
  /** Of crawler and browsers, MiB. */
  peakMemory: number;
  /** Numbers that are on the pages and were not found. */
  missed: number;
}
