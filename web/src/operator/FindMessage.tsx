import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { paths } from '../paths.js';

/** Opens a message by its id, or by that of its workflow, as somebody has it from a log or the Temporal Web UI. */
export function FindMessage() {
  const [, navigate] = useLocation();
  const [words, setWords] = useState('');
  function open(event: FormEvent): void {
    event.preventDefault();
    const id = words.trim().split('/').at(-1);
    if (id) navigate(paths.operatorMessage(id));
  }
  return (
    <search>
      <form className="find" onSubmit={open}>
        <input
          type="search"
          aria-label="Open a message by its id"
          placeholder="Id of a message"
          value={words}
          onChange={({ target }) => setWords(target.value)}
        />
        <button type="submit" className="button" disabled={words.trim() === ''}>
          Open
        </button>
      </form>
    </search>
  );
}
