import { useAccess } from '../access.js';
import { PageHead, Panel } from './Panel.js';
import { QueueList } from './QueueList.js';
import { RedrivePanel } from './RedrivePanel.js';

/** What stays until somebody has decided: parked, unknown, failed, undelivered, expired. */
export function FailedRoom() {
  const access = useAccess();
  return (
    <>
      <PageHead
        title="Stuck and parked"
        text="What stays until somebody decides: open one to read its evidence, then send it again, resolve it or dismiss it."
      />
      {access?.may('queues:manage') && <RedrivePanel />}
      <Panel title="The oldest first">
        <QueueList queue="failed" empty="Nothing has failed, and nothing is parked. There is nothing to decide." />
      </Panel>
    </>
  );
}
