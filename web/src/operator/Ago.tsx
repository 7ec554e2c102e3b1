import { agoText, fullTimeText } from '../timeText.js';
import { useNowMs } from './now.js';

/** A time as far as it is from now; the exact one is there for whoever points at it. */
export function Ago({ at }: { at: string }) {
  return (
    <time className="ago" dateTime={at} title={fullTimeText(at)}>
      {agoText(at, useNowMs())}
    </time>
  );
}
