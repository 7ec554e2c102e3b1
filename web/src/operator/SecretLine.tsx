import { useInbox } from '../InboxContext.js';

/** Something that is shown this once: a key or a link, to be copied. */
export function SecretLine({ words, secret, onClose }: { words: string; secret: string; onClose: () => void }) {
  const { inbox } = useInbox();
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(secret);
      inbox.say('Copied.');
    } catch {
      inbox.say('The browser does not let it be copied: select it and copy it by hand.');
    }
  }
  return (
    <div className="secret" role="status">
      <p>{words}</p>
      <code>{secret}</code>
      <div className="row-actions">
        <button type="button" className="button" onClick={() => void copy()}>
          Copy
        </button>
        <button type="button" className="button quiet" onClick={onClose}>
          I have it
        </button>
      </div>
    </div>
  );
}
