import type { RefObject } from 'react';
import { Link } from 'wouter';
import { useAccess } from '../access.js';
import type { Conversation } from '../api.js';
import { paths } from '../paths.js';
import { AssigneeMenu } from './AssigneeMenu.js';
import { Avatar } from './Avatar.js';
import { CompanyLine } from './CompanyLine.js';

interface ThreadHeadProps {
  conversationId: string;
  conversation: Conversation | undefined;
  title: string;
  name: string | null;
  phoneNumber: string | undefined;
  heading: RefObject<HTMLHeadingElement | null>;
  assignButton: RefObject<HTMLButtonElement | null>;
  onToggle: () => void;
}

/** Who a conversation is with, who has it, and whether it is done. */
export function ThreadHead({ conversationId, conversation, title, name, phoneNumber, heading, assignButton, onToggle }: ThreadHeadProps) {
  const access = useAccess();
  const isClosed = conversation?.status === 'closed';
  const mayClose = access?.may('messages:send') ?? false;
  return (
    <header className="pane-head">
      <Link href={paths.inbox} className="button quiet back" aria-label="Back to conversations">
        <span aria-hidden="true">‹</span>
      </Link>
      <Avatar name={name} phoneNumber={phoneNumber ?? ''} />
      <div className="pane-title">
        <h2 ref={heading} tabIndex={-1}>
          <bdi>{title}</bdi>
        </h2>
        {name && phoneNumber && <p className="number">{phoneNumber}</p>}
        <CompanyLine conversationId={conversationId} />
      </div>
      {conversation && (
        <div className="pane-actions">
          <AssigneeMenu conversation={conversation} button={assignButton} />
          <button
            type="button"
            className="button"
            disabled={!mayClose}
            onClick={onToggle}
            title={isClosed ? 'Open it again (e)' : 'Done with it (e)'}
          >
            {isClosed ? 'Reopen' : 'Close'}
          </button>
        </div>
      )}
    </header>
  );
}
