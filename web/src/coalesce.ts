/**
 * A call that is cheap to ask for: asked during a run, it runs once more after it, however often it was asked. A burst of
 * events so costs two fetches, and the last of them starts after the last event.
 */
export function coalesce(run: () => Promise<unknown>, gapMs: number): () => void {
  let running = false;
  let again = false;
  return function ask(): void {
    if (running) {
      again = true;
      return;
    }
    running = true;
    again = false;
    void run()
      .catch(() => undefined)
      .then(() => new Promise((resolve) => setTimeout(resolve, gapMs)))
      .then(() => {
        running = false;
        if (again) ask();
      });
  };
}
