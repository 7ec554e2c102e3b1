import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { Refusal } from '../api.js';
import { useInbox } from '../InboxContext.js';
import { queryKeys } from '../queryKeys.js';
import type { Store } from '../store.js';
import { useStore } from '../useStore.js';
import type { Question, QuestionField } from './questions.js';

/** The place of the question that is open. It is above all pages, so that what was typed outlives a right that was lost. */
export function QuestionDialog({ questions }: { questions: Store<Question | null> }) {
  const question = useStore(questions);
  return question && <OpenQuestion key={question.title} question={question} onClose={() => questions.set(null)} />;
}

function OpenQuestion({ question, onClose }: { question: Question; onClose: () => void }) {
  const { title, text, action, isDangerous = false, fields = [], takesReason = true, insist, act } = question;
  const { inbox } = useInbox();
  const queryClient = useQueryClient();
  const dialog = useRef<HTMLDialogElement>(null);
  const [answers, setAnswers] = useState<Record<string, string>>(() =>
    Object.fromEntries(fields.map(({ name, value = '' }) => [name, value])),
  );
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [mayInsist, setMayInsist] = useState(false);
  const [insists, setInsists] = useState(false);
  const id = useId();

  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setRefusal(null);
    try {
      const said = await act(answers, reason.trim(), insists);
      onClose();
      inbox.say(said);
      void queryClient.invalidateQueries();
    } catch (error) {
      const code = error instanceof Refusal ? error.code : '';
      if (code === 'forbidden') void queryClient.invalidateQueries({ queryKey: queryKeys.me });
      if (insist && code === insist.code) setMayInsist(true);
      setRefusal(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  }

  const isReady = !busy && (!takesReason || reason.trim() !== '') && (!mayInsist || insists);
  return (
    <dialog ref={dialog} className="question" aria-labelledby={`${id}-title`} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <h2 id={`${id}-title`}>{title}</h2>
        <p className="question-text">{text}</p>
        {fields.map((field) => (
          <Field
            key={field.name}
            field={field}
            value={answers[field.name] ?? ''}
            onChange={(value) => setAnswers({ ...answers, [field.name]: value })}
          />
        ))}
        {takesReason && (
          <div className="field">
            <label htmlFor={`${id}-reason`}>Why</label>
            <textarea
              id={`${id}-reason`}
              rows={2}
              maxLength={500}
              required
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
            <p className="hint">It is kept in the audit, with who you are.</p>
          </div>
        )}
        {refusal && (
          <p className="refusal" role="alert">
            {refusal}
          </p>
        )}
        {mayInsist && insist && (
          <label className="check">
            <input type="checkbox" checked={insists} onChange={(event) => setInsists(event.target.checked)} />
            {insist.words}
          </label>
        )}
        <div className="question-actions">
          <button type="button" className="button" onClick={onClose}>
            Leave it
          </button>
          <button type="submit" className={isDangerous ? 'button danger' : 'button primary'} disabled={!isReady}>
            {busy ? 'Working…' : action}
          </button>
        </div>
      </form>
    </dialog>
  );
}

interface FieldProps {
  field: QuestionField;
  value: string;
  onChange: (value: string) => void;
}

function Field({ field: { label, kind = 'text', choices = [], hint }, value, onChange }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {kind === 'choice' ? (
        <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
          {choices.map(([one, words]) => (
            <option key={one} value={one}>
              {words}
            </option>
          ))}
        </select>
      ) : (
        <input id={id} type={kind} required value={value} onChange={(event) => onChange(event.target.value)} autoComplete="off" />
      )}
      {hint && <p className="hint">{hint}</p>}
    </div>
  );
}
