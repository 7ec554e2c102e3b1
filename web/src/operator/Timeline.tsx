import { clockText, dayText, fullTimeText } from '../timeText.js';
import type { Step, StepKind } from './messageSteps.js';

const kindWords: Record<StepKind, string> = { event: 'State', attempt: 'Try', receipt: 'Receipt', person: 'By hand' };

/** Steps in their order, each with its time; days are told where they change. */
export function Timeline({ steps }: { steps: readonly Step[] }) {
  return (
    <ol className="timeline">
      {steps.map(({ at, kind, title, details, isBad }, place) => {
        const before = steps[place - 1];
        const isNewDay = !before || dayText(before.at) !== dayText(at);
        return (
          // Steps are only ever added behind or between: what they are makes them known.
          <li key={`${at} ${kind} ${title}`} data-kind={kind} className={isBad ? 'bad' : undefined}>
            {isNewDay && <p className="timeline-day">{dayText(at)}</p>}
            <p className="when">
              <time dateTime={at} title={fullTimeText(at)}>
                {clockText(at, 'seconds')}
              </time>
              <span>{kindWords[kind]}</span>
            </p>
            <div>
              <p>{title}</p>
              {details.length > 0 && (
                <dl>
                  {details.map(([name, value]) => (
                    <div key={name}>
                      <dt>{name}</dt>
                      <dd>
                        <bdi>{value}</bdi>
                      </dd>
                    </div>
                  ))}
                </dl>
              )}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
