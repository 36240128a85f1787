/**
 * Calls `onLost` once when the pipe that the owner holds closes, however the owner died (I10): the kernel closes it.
 * Returns a function that stops watching.
 */
export function watchLifeline(stream: NodeJS.ReadStream | NodeJS.ReadableStream, onLost: () => void): () => void {
  const lost = () => {
    stop();
    onLost();
  };
  const stop = () => {
    stream.removeListener('end', lost);
    stream.removeListener('close', lost);
    stream.removeListener('error', lost);
    stream.pause();
  };
  stream.once('end', lost).once('close', lost).once('error', lost);
  stream.resume();
  return stop;
}
