import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A server in a process of its own that keeps every body whole, as one without limits does: for negative controls. */
export async function startCarelessServer(): Promise<{ pid: number; url: string } & AsyncDisposable> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {},
  });
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    pid: child.pid ?? 0,
    url: `http://127.0.0.1:${port.toString().trim()}/`,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

const program = `
  import { createServer } from 'node:http';
  import { createGunzip } from 'node:zlib';
  const server = createServer(async (request, response) => {
    const packed = request.headers['content-encoding'] === 'gzip';
    const chunks = [];
    for await (const chunk of packed ? request.pipe(createGunzip()) : request) chunks.push(chunk);
    response.end(String(Buffer.concat(chunks).length));
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;
