export interface CrawlModel {
  pages: number;
  hosts: number;
  /** Of the host sizes: the k-th largest has 1/k^exponent as many pages as the largest. 1 is Zipf's law. */
  exponent: number;
  /** Pages of a host at most; the rest of it is not crawled. */
  hostCap: number;
  /** Between the starts of two requests to a host, s. */
  delay: number;
  /** What the fleet crawls, if it is never kept waiting, pages/s. */
  rate: number;
}

export interface CrawlForecast {
  /** What is left of the pages under the cap. */
  pages: number;
  largestHost: number;
  days: { half: number; most: number; all: number };
  /** Share of the fleet's time in which it had nothing that it was allowed to ask for. */
  idle: number;
}

/** Levels of service that are added up; ten times as many change no figure by a hundredth. */
const levels = 4_000;
const secondsADay = 86_400;

/**
 * Forecasts a crawl as a fluid. Hosts are served evenly (the longest waiting first), each at most once a delay. So all that
 * are not through have been served alike, and time can be counted along that service: at level s, `alive(s)` hosts are left,
 * and the next page of each takes `max(delay, alive(s) / rate)`.
 */
export function forecastCrawl(model: CrawlModel): CrawlForecast {
  const largest = model.pages / sumOfPowers(model.hosts, model.exponent);
  const deepest = Math.min(largest, model.hostCap);
  const alive = (service: number) => Math.min(model.hosts, (largest / service) ** (1 / model.exponent));
  // Levels lie closer together where many hosts are left.
  const level = (step: number) => (deepest + 1) ** (step / levels) - 1;
  const curve: { done: number; seconds: number }[] = [];
  let [done, seconds] = [0, 0];
  for (let step = 1; step <= levels; step += 1) {
    const deeper = level(step) - level(step - 1);
    const left = alive((level(step) + level(step - 1)) / 2);
    done += left * deeper;
    seconds += deeper * Math.max(model.delay, left / model.rate);
    curve.push({ done, seconds });
  }
  const daysTo = (share: number) => (curve.find((at) => at.done >= share * done)?.seconds ?? seconds) / secondsADay;
  return {
    pages: done,
    largestHost: deepest,
    days: { half: daysTo(0.5), most: daysTo(0.99), all: seconds / secondsADay },
    idle: Math.max(0, 1 - done / (model.rate * seconds)),
  };
}

/** Σ 1/k^exponent for k to n: the first thousand added up, the others as an integral. */
function sumOfPowers(n: number, exponent: number): number {
  const head = Math.min(n, 1_000);
  let sum = 0;
  for (let k = 1; k <= head; k += 1) sum += k ** -exponent;
  if (n <= head) return sum;
  const primitive = (k: number) => (exponent === 1 ? Math.log(k) : k ** (1 - exponent) / (1 - exponent));
  return sum + primitive(n + 0.5) - primitive(head + 0.5);
}
