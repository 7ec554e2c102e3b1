import type { components } from '../../../generated/api/schema.js';
import { useAccess } from '../access.js';
import { taken } from '../api.js';
import { percentText } from '../metricText.js';
import { BreakersPanel } from './BreakersPanel.js';
import { Look } from './Look.js';
import { PageHead, Panel } from './Panel.js';
import { Pill, type Tone } from './Pill.js';
import { Table } from './Table.js';
import { useLook } from './useLook.js';

type Routes = components['schemas']['Routes'];
type Accounts = components['schemas']['ProviderAccount'][];

/** Accounts, how well they serve, what stops them, the senders at each, and by which of them messages leave. */
export function ProvidersRoom() {
  const access = useAccess();
  const accounts = useLook(['providers'], async (client, signal) =>
    taken<{ data: Accounts }>(await client.GET('/v1/workspace/providers', { signal })),
  );
  const routes = useLook(['routes'], async (client, signal) => taken<Routes>(await client.GET('/v1/workspace/routes', { signal })));
  return (
    <>
      <PageHead title="Providers" text="Who carries the messages, and how well." />
      <BreakersPanel mayForce={access?.may('workspace:manage') ?? false} />
      <Look query={accounts}>
        {({ data }) => (
          <Panel title="Accounts">
            <Table
              caption="Accounts at providers"
              rows={data}
              keyOf={({ provider }) => provider}
              empty="No provider is known to this installation."
              columns={[
                { label: 'Provider', of: ({ provider }) => <strong>{provider}</strong> },
                { label: 'Account', of: ({ configured }) => (configured ? <Pill tone="ok">set up</Pill> : <Pill tone="plain">none</Pill>) },
                { label: 'Health', of: ({ provider }) => <Health routes={routes.data} provider={provider} /> },
                {
                  label: 'Values',
                  isWide: true,
                  of: ({ account, needs }) =>
                    account ? (
                      <span className="values">
                        {Object.entries(account).map(([name, value]) => (
                          <span key={name}>
                            {name} <code>{value ?? '–'}</code>
                          </span>
                        ))}
                      </span>
                    ) : (
                      <span className="hint">needs {needs.join(', ')}</span>
                    ),
                },
              ]}
            />
          </Panel>
        )}
      </Look>
      <Look query={routes}>
        {(known) => (
          <>
            <Panel title="Senders">
              <Table
                caption="Senders by provider"
                rows={known.providers.flatMap(({ provider, senders }) => senders.map((sender) => ({ provider, sender })))}
                keyOf={({ sender }) => sender}
                empty="There is no sender: nothing can be sent. npm run postrider -- sender NUMBER adds one."
                columns={[
                  { label: 'Sender', isWide: true, of: ({ sender }) => sender },
                  { label: 'Lives at', of: ({ provider }) => provider },
                ]}
              />
            </Panel>
            <RoutesPanel routes={known.routes} />
          </>
        )}
      </Look>
    </>
  );
}

function Health({ routes, provider }: { routes: Routes | undefined; provider: string }) {
  const health = routes?.providers.find((one) => one.provider === provider)?.health;
  if (health === undefined) return '–';
  const tone: Tone = health >= 0.9 ? 'ok' : health >= 0.5 ? 'warn' : 'bad';
  return (
    <span className={`health ${tone}`} title="Its share of the messages is its weight × its health">
      <meter min={0} max={1} value={health} aria-label={`Health of ${provider}`} />
      {percentText(health)}
    </span>
  );
}

function RoutesPanel({ routes }: { routes: Routes['routes'] }) {
  const rows = Object.entries(routes).flatMap(([country, entries]) => entries.map((one) => ({ country, ...one })));
  return (
    <Panel title="Routes" text="By which provider messages leave, by the country of the recipient.">
      <Table
        caption="Routes by country"
        rows={rows}
        keyOf={({ country, provider }) => `${country} ${provider}`}
        empty="None: every message leaves by the provider of its sender."
        columns={[
          { label: 'Country', of: ({ country }) => (country === '*' ? 'all others' : country) },
          { label: 'Provider', isWide: true, of: ({ provider }) => provider },
          { label: 'Weight', isNumber: true, of: ({ weight }) => weight },
          { label: 'Order', isNumber: true, of: ({ order }) => order },
        ]}
      />
    </Panel>
  );
}
