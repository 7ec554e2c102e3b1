import { Link } from 'wouter';
import { type MessageTrace, taken } from '../api.js';
import { useInbox } from '../InboxContext.js';
import { paths } from '../paths.js';
import { waitingText } from '../story.js';
import { Ago } from './Ago.js';
import { Look } from './Look.js';
import { MessageButtons } from './MessageButtons.js';
import { stepsOf } from './messageSteps.js';
import { Facts, PageHead, Panel } from './Panel.js';
import { StatusPill } from './Pill.js';
import { saveFile } from './saveFile.js';
import { Timeline } from './Timeline.js';
import { liveMs, useLook } from './useLook.js';

/** One message's full story, what can be done about it, and its way out as a signed record. */
export function MessageRoom({ id }: { id: string }) {
  const params = { path: { id } };
  const query = useLook(
    ['message', id],
    async (client, signal) => taken<MessageTrace>(await client.GET('/v1/messages/{id}/trace', { params, signal })),
    liveMs,
  );
  return <Look query={query}>{(trace) => <Told trace={trace} />}</Look>;
}

function Told({ trace }: { trace: MessageTrace }) {
  const { inbox } = useInbox();
  const { message, workflow } = trace;
  const { id, conversationId, direction, status, to, from, body, error } = message;

  async function save(): Promise<void> {
    try {
      const record = taken(await inbox.api.client.GET('/v1/messages/{id}/record', { params: { path: { id } } }));
      saveFile(`message-${id}.json`, JSON.stringify(record, null, 2));
    } catch (failure) {
      inbox.say(failure instanceof Error ? failure.message : String(failure));
    }
  }

  const next = waitingText(workflow.state);
  return (
    <>
      <PageHead title={direction === 'inbound' ? `From ${from ?? 'an erased contact'}` : `To ${to ?? 'an erased contact'}`}>
        <Link className="button" href={paths.conversation(conversationId)}>
          Conversation
        </Link>
        {workflow.url && (
          <a className="button" href={workflow.url} target="_blank" rel="noreferrer">
            Workflow in Temporal
          </a>
        )}
        <button type="button" className="button" onClick={() => void save()}>
          Export signed record
        </button>
      </PageHead>
      <p className="state-line" data-status={status}>
        <StatusPill status={status} />
        <span>
          since <Ago at={message.updatedAt} />
        </span>
        {next && <span>{next}</span>}
        {error && (
          <span className="trouble">
            {error.code}: {error.message}
          </span>
        )}
      </p>
      <MessageButtons message={message} />
      <div className="columns">
        <Panel title="What happened">
          <Timeline steps={stepsOf(trace)} />
        </Panel>
        <div>
          <Panel title="Message">
            <p className="body" dir="auto">
              {body ?? 'Its text was erased.'}
            </p>
            <Facts
              facts={[
                ['Id', <code key="id">{id}</code>],
                ['From', from],
                ['To', to],
                ['Accepted', <Ago key="at" at={message.createdAt} />],
                ['Leaves', message.sendAt && <Ago key="leaves" at={message.sendAt} />],
                ['Of use until', message.validUntil && <Ago key="until" at={message.validUntil} />],
                ['Lane', message.priority],
                ['Category', message.category],
                ['Segments', `${message.segments}, ${message.encoding}`],
                ['Tries', message.attempt],
                ['Provider’s id', message.providerMessageId && <code key="sid">{message.providerMessageId}</code>],
                ...Object.entries(message.metadata),
              ]}
            />
          </Panel>
          <Panel title="Workflow">
            <Facts
              facts={[
                ['Id', <code key="id">{workflow.id}</code>],
                ['Step', workflow.state?.step],
                ['State', workflow.state?.status],
                ['Waits for', workflow.state?.waitingFor],
                ['Until', workflow.state?.waitingUntil && <Ago key="until" at={workflow.state.waitingUntil} />],
              ]}
            />
            {workflow.unavailable && <p className="hint">{workflow.unavailable}</p>}
          </Panel>
        </div>
      </div>
    </>
  );
}
