import type { Me } from '../authApi.js';
import { chooseWorkspace } from '../session.js';
import { Notice } from './Notice.js';

/** For somebody who belongs to several workspaces. */
export function ChooseWorkspace({ choices }: { choices: Me['workspaces'] }) {
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
