/** Aborted by Ctrl-C and by whoever asks this process to end. */
export function interruption(): AbortController {
  const interrupted = new AbortController();
  const interrupt = (): void => {
    interrupted.abort();
  };
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  return interrupted;
}
