import { type FormEvent, useEffect, useState } from 'react';
import { authApi } from '../authApi.js';
import { hasKeptWords } from '../keptWords.js';
import { signIn } from '../session.js';
import { Logo } from './Logo.js';

export function SignIn({ refusal }: { refusal: string | null }) {
  const [key, setKey] = useState('');
  const [hasOidc, setHasOidc] = useState(false);

  useEffect(() => {
    // Without an answer there is still the key.
    authApi.ways().then(
      ({ oidc }) => setHasOidc(oidc),
      () => undefined,
    );
  }, []);

  function submit(event: FormEvent): void {
    event.preventDefault();
    const trimmed = key.trim();
    if (trimmed) signIn(trimmed);
  }

  return (
    <main className="sign-in">
      <form className="card" onSubmit={submit} aria-labelledby="sign-in-title">
        <Logo />
        <h1 id="sign-in-title">Open your inbox</h1>
        {hasOidc && (
          <a className="button primary" href="/v1/auth/oidc/start">
            Sign in with your organisation
          </a>
        )}
        <label htmlFor="api-key">Paste your API key</label>
        {/* A password field hides the key from onlookers; it is no password to be remembered, so nothing offers to. */}
        <input
          id="api-key"
          type="password"
          autoComplete="off"
          spellCheck={false}
          required
          // The form is all there is on the page.
          autoFocus
          value={key}
          onChange={(event) => setKey(event.target.value)}
          aria-invalid={refusal !== null}
          aria-describedby={refusal === null ? 'api-key-hint' : 'api-key-refusal api-key-hint'}
        />
        {refusal !== null && (
          <p className="refusal" id="api-key-refusal" role="alert">
            {refusal}
          </p>
        )}
        {hasKeptWords() && <p className="kept">What you have written is kept in this tab, and is there again when you come back.</p>}
        <p className="hint" id="api-key-hint">
          It stays in this tab and is forgotten when you close it.
        </p>
        <button type="submit" className="button primary">
          Open inbox
        </button>
      </form>
    </main>
  );
}
