import { chooseWorkspace, type Session } from '../session.js';
import { Notice } from './Notice.js';

/** For somebody who belongs to several workspaces. */
export function ChooseWorkspace({ choices }: { choices: Session['choices'] }) {
  return (
    <Notice fullPage title="Which workspace?">
      {choices.map(({ id, name }) => (
        <button key={id} type="button" className="button" onClick={() => chooseWorkspace(id)}>
          {name}
        </button>
      ))}
    </Notice>
  );
}
