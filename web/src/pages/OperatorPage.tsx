import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import { useAccess } from '../access.js';
import { Notice } from '../components/Notice.js';
import { StateBanner } from '../components/StateBanner.js';
import { ToastLine } from '../components/ToastLine.js';
import { TopBar } from '../components/TopBar.js';
import { AuditRoom } from '../operator/AuditRoom.js';
import { FailedRoom } from '../operator/FailedRoom.js';
import { KeysRoom } from '../operator/KeysRoom.js';
import { LimitsRoom } from '../operator/LimitsRoom.js';
import { Gate } from '../operator/Look.js';
import { MessageRoom } from '../operator/MessageRoom.js';
import { PeopleRoom } from '../operator/PeopleRoom.js';
import { ProvidersRoom } from '../operator/ProvidersRoom.js';
import { QuestionDialog } from '../operator/QuestionDialog.js';
import { QueueRoom } from '../operator/QueueRoom.js';
import { QueuesRoom } from '../operator/QueuesRoom.js';
import { createQuestions, QuestionContext } from '../operator/questions.js';
import { allSections, sectionGroups } from '../operator/sections.js';
import { UpkeepRoom } from '../operator/UpkeepRoom.js';
import { WebhooksRoom } from '../operator/WebhooksRoom.js';
import { WorkspacesRoom } from '../operator/WorkspacesRoom.js';
import { paths } from '../paths.js';
import '../styles/operator.css';

const rooms: Record<string, () => ReactNode> = {
  '/operator': QueuesRoom,
  '/operator/failed': FailedRoom,
  '/operator/limits': LimitsRoom,
  '/operator/providers': ProvidersRoom,
  '/operator/webhooks': WebhooksRoom,
  '/operator/upkeep': UpkeepRoom,
  '/operator/people': PeopleRoom,
  '/operator/keys': KeysRoom,
  '/operator/audit': AuditRoom,
  '/operator/workspaces': WorkspacesRoom,
};

/** The operator's room: its places at the side, one of them open. */
export default function OperatorPage() {
  const [questions] = useState(createQuestions);
  return (
    <QuestionContext value={questions}>
      <div className="operator">
        <TopBar />
        <StateBanner />
        <Places />
        <main className="room">
          <Switch>
            {allSections.map(({ path, scope }) => {
              const Room = rooms[path] as () => ReactNode;
              return (
                <Route key={path} path={path}>
                  <Gate scope={scope}>
                    <Room />
                  </Gate>
                </Route>
              );
            })}
            <Route path="/operator/queues/:queue">
              {({ queue }) => (
                <Gate scope="messages:read">
                  <QueueRoom key={queue} queue={queue} />
                </Gate>
              )}
            </Route>
            <Route path="/operator/messages/:id">
              {({ id }) => (
                <Gate scope="messages:read">
                  <MessageRoom key={id} id={id} />
                </Gate>
              )}
            </Route>
            <Route>
              <Notice title="There is no such place here">
                <Link className="button" href={paths.operator}>
                  To the queues
                </Link>
              </Notice>
            </Route>
          </Switch>
        </main>
        <ToastLine />
        <QuestionDialog questions={questions} />
      </div>
    </QuestionContext>
  );
}

/** Where somebody may go. What is not open to them is not offered. */
function Places() {
  const access = useAccess();
  const [location] = useLocation();
  const here = (path: string) => location === path || (path === '/operator' && location.startsWith('/operator/queues/'));
  const nav = useRef<HTMLElement>(null);
  const isKnown = access !== null;
  // Where the places are in a row, the one that is open may be beyond the edge.
  useEffect(() => {
    const open = location && isKnown && nav.current?.querySelector('[aria-current]');
    if (open) open.scrollIntoView({ inline: 'center', block: 'nearest' });
  }, [location, isKnown]);
  return (
    <nav ref={nav} className="side" aria-label="Operator’s room">
      {sectionGroups.map(({ label, sections }) => {
        const open = sections.filter(({ scope }) => scope === null || access?.may(scope));
        if (open.length === 0) return null;
        return (
          <div key={label} className="side-group">
            <p>{label}</p>
            {open.map((one) => (
              <Link key={one.path} href={one.path} aria-current={here(one.path) ? 'page' : undefined}>
                {one.label}
              </Link>
            ))}
          </div>
        );
      })}
    </nav>
  );
}
