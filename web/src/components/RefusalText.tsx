import type { Draft } from '../drafts.js';

interface RefusalTextProps {
  id: string;
  refusal: NonNullable<Draft['refusal']>;
  /** Fields whose sentences stand beside them. */
  except?: readonly string[];
}

/** Why the server did not take a message, in its own words. */
export function RefusalText({ id, refusal, except = [] }: RefusalTextProps) {
  const errors = refusal.errors.filter((error) => !except.includes(error.field) && error.message !== refusal.sentence);
  return (
    <div className="refusal" id={id} role="alert">
      <p>Not sent. {refusal.sentence}</p>
      {errors.length > 0 && (
        <ul>
          {errors.map((error) => (
            <li key={`${error.field} ${error.message}`}>
              {error.field}: {error.message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
