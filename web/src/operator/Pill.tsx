import type { ReactNode } from 'react';
import type { MessageStatus } from '../../../domain/messageStatus.js';

export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'plain';

/** One word about a state, in a colour that means something. */
export function Pill({ tone, children, title }: { tone: Tone; children: ReactNode; title?: string | undefined }) {
  return (
    <span className={`pill ${tone}`} title={title}>
      {children}
    </span>
  );
}

const toneOf: Record<MessageStatus, Tone> = {
  scheduled: 'plain',
  queued: 'plain',
  dispatching: 'info',
  uncertain: 'warn',
  accepted: 'info',
  sending: 'info',
  sent: 'info',
  delivered: 'ok',
  undelivered: 'bad',
  failed: 'bad',
  canceled: 'plain',
  parked: 'warn',
  unknown: 'warn',
  expired: 'bad',
  received: 'ok',
};

/** The state of a message by its own name, as the API and the Temporal Web UI call it. */
export function StatusPill({ status }: { status: MessageStatus }) {
  return <Pill tone={toneOf[status]}>{status}</Pill>;
}
