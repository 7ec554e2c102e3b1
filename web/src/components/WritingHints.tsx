import { encodingText, segmentText } from '../segments.js';

interface WritingHintsProps {
  id: string;
  body: string;
  onChange: (body: string) => void;
  /** What is said while nothing is written. */
  emptyHint: string;
}

/** How many segments a text is sent in, and which character makes them more. */
export function WritingHints({ id, body, onChange, emptyHint }: WritingHintsProps) {
  const encoding = body === '' ? null : encodingText(body);
  return (
    <div className="hints" id={id}>
      {encoding && (
        <p className="encoding">
          {encoding.sentence}{' '}
          {encoding.plain !== null && (
            <button type="button" className="link" onClick={() => onChange(encoding.plain as string)}>
              Use plain ones
            </button>
          )}
        </p>
      )}
      <p className="count" title="Each segment is billed by the carrier">
        {body === '' ? <span className="keys">{emptyHint}</span> : segmentText(body)}
      </p>
    </div>
  );
}
