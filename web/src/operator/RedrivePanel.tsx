import { type FormEvent, useId, useState } from 'react';
import type { components } from '../../../generated/api/schema.js';
import { taken } from '../api.js';
import { useInbox } from '../InboxContext.js';
import { ageText } from '../sendingState.js';
import { newIdempotencyKey } from '../sendMessage.js';
import { useAsk } from './questions.js';
import { RedriveProgress } from './RedriveProgress.js';
import { type FilterWords, filterOf, noWords } from './redriveFilter.js';

type Counted = components['schemas']['RedriveCounted'];
type Started = components['schemas']['RedriveStarted'];

const insistWords = {
  everything: 'I mean everything in the queue',
  'may-have-been-sent': 'Some may have arrived already: send those again, too',
} as const;
const statuses = ['failed', 'undelivered', 'expired', 'parked', 'unknown'] as const;

/** Sends many failed messages once more: first they are counted, then somebody says so. */
export function RedrivePanel() {
  const { inbox } = useInbox();
  const ask = useAsk();
  const [words, setWords] = useState<FilterWords>(noWords);
  const [counted, setCounted] = useState<Counted | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [confirmed, setConfirmed] = useState<readonly (keyof typeof insistWords)[]>([]);
  const [runningId, setRunningId] = useState<string | null>(null);

  function change(next: Partial<FilterWords>): void {
    setWords({ ...words, ...next });
    setCounted(null);
    setConfirmed([]);
  }

  async function count(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setRefusal(null);
    try {
      const body = { filter: filterOf(words), ratePerSecond: Number(words.rate), dryRun: true };
      setCounted(taken(await inbox.api.client.POST('/v1/queues/failed/redrive', { body })) as Counted);
    } catch (error) {
      setRefusal(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  }

  function start(what: Counted): void {
    const key = newIdempotencyKey();
    ask({
      title: `Send ${messages(what.matched)} again`,
      text: `They leave at ${what.ratePerSecond} a second at most, in about ${ageText(what.takesAboutS)}. What the provider has already is not sent twice.`,
      action: 'Send them again',
      act: async (_answers, reason) => {
        const body = { filter: filterOf(words), ratePerSecond: Number(words.rate), confirm: [...confirmed], reason };
        const params = { header: { 'Idempotency-Key': key } };
        const started = taken(await inbox.api.client.POST('/v1/queues/failed/redrive', { params, body })) as Started;
        setRunningId(started.id);
        setCounted(null);
        return `${messages(started.matched)} on their way again.`;
      },
    });
  }

  const missing = counted?.mustConfirm.filter((one) => !confirmed.includes(one)) ?? [];
  return (
    <details className="panel redrive">
      <summary>Send many again, by a filter</summary>
      <form className="filter" onSubmit={(event) => void count(event)}>
        <fieldset>
          <legend>States</legend>
          {statuses.map((status) => (
            <label key={status} className="check">
              <input
                type="checkbox"
                checked={words.statuses.includes(status)}
                onChange={({ target }) =>
                  change({ statuses: target.checked ? [...words.statuses, status] : words.statuses.filter((one) => one !== status) })
                }
              />
              {status}
            </label>
          ))}
        </fieldset>
        <TextField label="Error codes" hint="30007, 30008" value={words.codes} onChange={(codes) => change({ codes })} />
        <TextField label="Sender" hint="any" value={words.from} onChange={(from) => change({ from })} />
        <TextField label="Messages a second" kind="number" value={words.rate} onChange={(rate) => change({ rate })} />
        <TextField label="Accepted after" kind="datetime-local" value={words.after} onChange={(after) => change({ after })} />
        <TextField label="Accepted before" kind="datetime-local" value={words.before} onChange={(before) => change({ before })} />
        <button type="submit" className="button" disabled={busy}>
          {busy ? 'Counting…' : 'Count them first'}
        </button>
      </form>
      {refusal && (
        <p className="refusal" role="alert">
          {refusal}
        </p>
      )}
      {counted && (
        <div className="counted" role="status">
          <p>
            <strong>{messages(counted.matched)}</strong> fit
            {counted.matched > 0 &&
              `: ${Object.entries(counted.byStatus)
                .map(([status, count]) => `${count} ${status}`)
                .join(', ')}; about ${ageText(counted.takesAboutS)}`}
            . Nothing has been sent.
          </p>
          {counted.mustConfirm.map((one) => (
            <label key={one} className="check">
              <input
                type="checkbox"
                checked={confirmed.includes(one)}
                onChange={({ target }) => setConfirmed(target.checked ? [...confirmed, one] : confirmed.filter((other) => other !== one))}
              />
              {insistWords[one]}
            </label>
          ))}
          <button
            type="button"
            className="button primary"
            disabled={counted.matched === 0 || missing.includes('everything')}
            onClick={() => start(counted)}
          >
            Send {messages(counted.matched)} again…
          </button>
        </div>
      )}
      {runningId && <RedriveProgress id={runningId} />}
    </details>
  );
}

const messages = (count: number) => (count === 1 ? '1 message' : `${count.toLocaleString()} messages`);

interface TextFieldProps {
  label: string;
  kind?: string;
  hint?: string;
  value: string;
  onChange: (value: string) => void;
}

function TextField({ label, kind = 'text', hint, value, onChange }: TextFieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type={kind}
        value={value}
        placeholder={hint}
        onChange={({ target }) => onChange(target.value)}
        {...(kind === 'number' && { min: 1 })}
      />
    </div>
  );
}
