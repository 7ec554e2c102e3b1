import { taken } from '../api.js';
import { ageText } from '../sendingState.js';
import { Ago } from './Ago.js';
import { Look } from './Look.js';
import { PageHead, Panel } from './Panel.js';
import { Pill } from './Pill.js';
import { Table } from './Table.js';
import { useLook } from './useLook.js';

const outcomeTones = { running: 'info', done: 'ok', failed: 'bad' } as const;
const stateTones = { running: 'ok', paused: 'warn', missing: 'bad' } as const;
const weekTones = { held: 'warn', detaching: 'info', archived: 'ok', restoring: 'info', restored: 'plain' } as const;
const dayText = (iso: string) =>
  new Date(iso).toLocaleDateString(undefined, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });

/** What the installation does by itself: its schedules, each with its newest run, and the weeks of the archive. */
export function UpkeepRoom() {
  const query = useLook(['upkeep'], async (client, signal) => taken(await client.GET('/v1/maintenance', { signal })), 10_000);
  return (
    <>
      <PageHead title="Schedules and archive" text="What the installation does by itself, for all workspaces." />
      <Look query={query}>
        {({ schedules, unavailable, archive }) => (
          <>
            <Panel title="Schedules">
              <Table
                caption="Schedules and their newest runs"
                rows={schedules}
                keyOf={({ id }) => id}
                empty={unavailable ?? 'No schedule is there: see that a process with the role maintenance runs.'}
                columns={[
                  { label: 'Schedule', of: ({ id }) => <strong>{id}</strong> },
                  { label: 'What it does', isWide: true, of: ({ about }) => about },
                  { label: 'State', of: ({ state }) => <Pill tone={stateTones[state]}>{state}</Pill> },
                  { label: 'Every', isNumber: true, of: ({ everyS }) => ageText(everyS) },
                  { label: 'Last run', isNumber: true, of: ({ lastRun }) => (lastRun ? <Ago at={lastRun.at} /> : 'not yet') },
                  {
                    label: 'Outcome',
                    of: ({ id, lastRun }) =>
                      lastRun ? (
                        <>
                          <Pill tone={outcomeTones[lastRun.outcome]}>{lastRun.outcome}</Pill>{' '}
                          {lastRun.url && (
                            <a href={lastRun.url} target="_blank" rel="noreferrer" aria-label={`Last run of ${id} in Temporal`}>
                              run
                            </a>
                          )}
                        </>
                      ) : (
                        '–'
                      ),
                  },
                  { label: 'Next', isNumber: true, of: ({ nextAt }) => (nextAt ? <Ago at={nextAt} /> : '–') },
                ]}
              />
            </Panel>
            <Panel title="Archive" text="Weeks of messages that have left the database, or are about to.">
              <Table
                caption="Weeks of the archive"
                rows={archive}
                keyOf={({ week }) => week}
                empty="No week is archived yet: all messages are in the database."
                columns={[
                  { label: 'Week', of: ({ week }) => <strong>{week}</strong> },
                  { label: 'Begins', isNumber: true, of: ({ startsAt }) => dayText(startsAt) },
                  { label: 'State', of: ({ state }) => <Pill tone={weekTones[state]}>{state}</Pill> },
                  { label: 'Since', isNumber: true, of: ({ changedAt }) => <Ago at={changedAt} /> },
                  { label: 'Trouble', isWide: true, of: ({ trouble }) => trouble ?? '–' },
                ]}
              />
            </Panel>
          </>
        )}
      </Look>
    </>
  );
}
