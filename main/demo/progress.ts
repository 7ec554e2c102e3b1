const barWidth = 30;
const onTerminalEveryMs = 200;
const inLogEveryMs = 5_000;

export interface ProgressState {
  text: string;
  /** 0 to 1. */
  share: number;
}

/** Shows how far a run is: a bar on a terminal, else a line now and then. Answers how to end it. */
export function showProgress(stream: NodeJS.WriteStream, state: () => ProgressState): () => void {
  const onTerminal = stream.isTTY === true;
  const write = () => {
    const { text, share } = state();
    const filled = Math.round(share * barWidth);
    if (onTerminal) stream.write(`\r\u001b[2K${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${text}`);
    else stream.write(`${String(Math.floor(share * 100)).padStart(3)} %  ${text}\n`);
  };
  const timer = setInterval(write, onTerminal ? onTerminalEveryMs : inLogEveryMs);
  return () => {
    clearInterval(timer);
    write();
    if (onTerminal) stream.write('\n');
  };
}
