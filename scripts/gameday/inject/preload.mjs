/**
 * Faults from within a service. The game day has Node load this before the service (NODE_OPTIONS=--import …), so that no
 * product code can be told to fail. What it does is in the query of its address: `from` and `to` lead connections to one
 * port of loopback, or to one address, to a port of loopback; on SIGUSR2 it does what the file at `orders` says.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';

const { searchParams } = new URL(import.meta.url);
const isService = process.env.NUMFLEET_SERVICE_NAME !== undefined;

if (isService && searchParams.has('from')) reroute(searchParams.get('from') ?? '', Number(searchParams.get('to')));
if (isService && isMainThread && searchParams.has('orders')) obey(searchParams.get('orders') ?? '');

/** @param {string} from @param {number} to */
function reroute(from, to) {
  const { connect } = Socket.prototype;
  /** @type {(this: Socket, ...args: unknown[]) => Socket} */
  const rerouted = function (...args) {
    // `net.connect` hands over its own arguments as one array, the options first.
    const first = Array.isArray(args[0]) ? args[0][0] : args[0];
    if (String(first) === from) args[0] = to;
    else if (typeof first === 'object' && String(first?.port) === from) first.port = to;
    else if (typeof first === 'object' && first?.host === from) Object.assign(first, { host: '127.0.0.1', port: to });
    return Reflect.apply(/** @type {(...args: unknown[]) => Socket} */ (connect), this, args);
  };
  Socket.prototype.connect = rerouted;
}

/** @param {string} orders */
function obey(orders) {
  let bullmq = '';
  registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      if (specifier === 'bullmq') bullmq = resolved.url;
      return resolved;
    },
  });
  process.on('SIGUSR2', async () => {
    switch (readFileSync(orders, 'utf8')) {
      case 'unhandled-rejection':
        return void Promise.reject(new Error('The game day left a rejection unhandled.'));
      case 'end-loop':
        return endLoop(await import(bullmq));
    }
  });
}

/**
 * The loop of the worker finds itself paused, as if somebody had told it to, and ends without an error.
 * @param {{ Worker: { prototype: { _getNextJob?: (this: { paused: boolean }) => Promise<void> } } }} bullmq
 */
function endLoop({ Worker }) {
  if (typeof Worker.prototype._getNextJob !== 'function')
    throw new Error('BullMQ takes its jobs by another method now.');
  Worker.prototype._getNextJob = async function getNoJob() {
    this.paused = true;
  };
}
