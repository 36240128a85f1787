/** What every cluster of ours is started with; on the command line, so that nothing is written into its folder. */
const always = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  timezone: 'UTC',
  log_timezone: 'UTC',
  max_connections: '100',
  shared_buffers: '128MB',
  max_wal_size: '512MB',
  // One small machine: no parallel queries, so that none needs /dev/shm, and no processes for what is not used.
  max_logical_replication_workers: '0',
  max_parallel_workers_per_gather: '0',
  io_method: 'sync',
  jit: 'off',
  // I3: an error's text, its detail and its statement can hold data. They go to the client, which reports a code;
  // the server's log gets what is about the server: `log` ranks above `error` there.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_statement: 'none',
  log_min_duration_statement: '-1',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
} as const;

/** Loses data when the machine stops. For tests. */
const forgetful = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' } as const;

/** The settings as arguments of `postgres`. */
export function settingsAsArguments({ durable }: { durable: boolean }): string[] {
  const settings = durable ? always : { ...always, ...forgetful };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
