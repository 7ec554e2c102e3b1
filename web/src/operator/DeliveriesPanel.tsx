import { taken } from '../api.js';
import { Ago } from './Ago.js';
import { Look } from './Look.js';
import { Panel } from './Panel.js';
import { Pill, type Tone } from './Pill.js';
import { Table } from './Table.js';
import { useLook } from './useLook.js';

const shownMax = 50;
const refreshMs = 5_000;
const toneOf = (status: string): Tone => (status === 'delivered' ? 'ok' : status === 'failed' ? 'bad' : 'info');

/** The newest deliveries to one endpoint. */
export function DeliveriesPanel({ endpointId, url }: { endpointId: string; url: string }) {
  const params = { path: { id: endpointId }, query: { limit: shownMax } };
  const query = useLook(
    ['deliveries', endpointId],
    async (client, signal) => taken(await client.GET('/v1/webhook-endpoints/{id}/deliveries', { params, signal })),
    refreshMs,
  );
  return (
    <Panel title="Deliveries" text={`The newest ${shownMax} to ${url}`}>
      <Look query={query}>
        {({ data }) => (
          <Table
            caption="Deliveries to the endpoint"
            rows={data}
            keyOf={({ id }) => id}
            empty="Nothing was sent there yet."
            columns={[
              { label: 'Event', isWide: true, of: ({ type }) => type },
              { label: 'State', of: ({ status }) => <Pill tone={toneOf(status)}>{status}</Pill> },
              { label: 'Tries', isNumber: true, of: ({ attempts }) => attempts },
              { label: 'Answer', isNumber: true, of: ({ responseStatus }) => responseStatus ?? '–' },
              { label: 'Trouble', of: ({ error }) => error ?? '–' },
              { label: 'Happened', isNumber: true, of: ({ occurredAt }) => <Ago at={occurredAt} /> },
              { label: 'Next try', isNumber: true, of: ({ dueAt }) => (dueAt ? <Ago at={dueAt} /> : '–') },
            ]}
          />
        )}
      </Look>
    </Panel>
  );
}
