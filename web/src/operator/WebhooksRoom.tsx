import { useState } from 'react';
import type { components } from '../../../generated/api/schema.js';
import { useAccess } from '../access.js';
import { taken } from '../api.js';
import { useInbox } from '../InboxContext.js';
import { Ago } from './Ago.js';
import { DeliveriesPanel } from './DeliveriesPanel.js';
import { Look } from './Look.js';
import { PageHead } from './Panel.js';
import { Pill } from './Pill.js';
import { useAsk } from './questions.js';
import { Table } from './Table.js';
import { useLook } from './useLook.js';

type Endpoint = components['schemas']['WebhookEndpoint'];

/** Where the workspace hears of what happens, and whether that works. */
export function WebhooksRoom() {
  const { inbox } = useInbox();
  const access = useAccess();
  const ask = useAsk();
  const [openId, setOpenId] = useState<string | null>(null);
  const query = useLook(['webhooks'], async (client, signal) =>
    taken<{ data: Endpoint[] }>(await client.GET('/v1/webhook-endpoints', { signal })),
  );
  const mayManage = access?.may('workspace:manage') ?? false;
  const { client } = inbox.api;

  async function test(id: string): Promise<void> {
    try {
      taken(await client.POST('/v1/webhook-endpoints/{id}/test', { params: { path: { id } } }));
      inbox.say('A test is on its way.');
      setOpenId(id);
    } catch (error) {
      inbox.say(error instanceof Error ? error.message : String(error));
    }
  }
  const switchIt = ({ id, url, enabled }: Endpoint) =>
    ask({
      title: enabled ? 'Switch the endpoint off' : 'Switch the endpoint on',
      text: enabled ? `${url} hears of nothing any more.` : `${url} hears of what happens from now on.`,
      action: enabled ? 'Switch off' : 'Switch on',
      isDangerous: enabled,
      takesReason: false,
      act: async () => {
        taken(await client.PATCH('/v1/webhook-endpoints/{id}', { params: { path: { id } }, body: { enabled: !enabled } }));
        return enabled ? 'It is off.' : 'It is on.';
      },
    });

  const open = query.data?.data.find(({ id }) => id === openId);
  return (
    <>
      <PageHead title="Webhooks" text="Where the workspace hears of what happens. Endpoints are added by the API." />
      <Look query={query}>
        {({ data }) => (
          <Table
            caption="Webhook endpoints"
            rows={data}
            keyOf={({ id }) => id}
            empty="No endpoint: events are told on sockets alone. POST /v1/webhook-endpoints adds one."
            columns={[
              { label: 'URL', isWide: true, of: ({ url }) => <bdi>{url}</bdi> },
              {
                label: 'State',
                of: ({ enabled, failingSince, disabledReason }) =>
                  enabled ? (
                    failingSince ? (
                      <Pill tone="warn">fails</Pill>
                    ) : (
                      <Pill tone="ok">works</Pill>
                    )
                  ) : (
                    <Pill tone="bad" title={disabledReason ?? undefined}>
                      off
                    </Pill>
                  ),
              },
              { label: 'Fails since', isNumber: true, of: ({ failingSince }) => (failingSince ? <Ago at={failingSince} /> : '–') },
              { label: 'Events', of: ({ eventTypes }) => (eventTypes.length > 3 ? `${eventTypes.length} kinds` : eventTypes.join(', ')) },
              {
                label: 'Look',
                of: (one) => (
                  <span className="row-actions">
                    <button
                      type="button"
                      className="link"
                      aria-expanded={one.id === openId}
                      onClick={() => setOpenId(one.id === openId ? null : one.id)}
                    >
                      Deliveries
                    </button>
                    {mayManage && one.kind !== 'statusCallbacks' && one.enabled && (
                      <button type="button" className="link" onClick={() => void test(one.id)}>
                        Test
                      </button>
                    )}
                    {mayManage && (
                      <button type="button" className={one.enabled ? 'link danger' : 'link'} onClick={() => switchIt(one)}>
                        {one.enabled ? 'Switch off…' : 'Switch on…'}
                      </button>
                    )}
                  </span>
                ),
              },
            ]}
          />
        )}
      </Look>
      {open && <DeliveriesPanel key={open.id} endpointId={open.id} url={open.url} />}
    </>
  );
}
