import { useId } from 'react';
import { serverNow } from '../serverClock.js';
import { localInputText } from '../timeText.js';

const hourMs = 3_600_000;
/** As far ahead as the server takes a message. */
const aheadMaxMs = 35 * 24 * hourMs;

function at(days: number, hour: number): Date {
  const date = new Date(serverNow());
  date.setDate(date.getDate() + days);
  date.setHours(hour, 0, 0, 0);
  return date;
}

function choices(): { label: string; date: Date }[] {
  const daysToMonday = ((8 - serverNow().getDay()) % 7) + (serverNow().getDay() === 1 ? 7 : 0);
  return [
    { label: 'In an hour', date: new Date(serverNow().getTime() + hourMs) },
    { label: 'Tomorrow 9:00', date: at(1, 9) },
    { label: 'Monday 9:00', date: at(daysToMonday || 7, 9) },
  ];
}

/** When a message is to leave, by the clock on the wall of whoever writes it. */
export function ScheduleField({ sendAt, onChange }: { sendAt: string | undefined; onChange: (sendAt: string | undefined) => void }) {
  const id = useId();
  const value = sendAt ? localInputText(new Date(sendAt)) : '';
  return (
    <div className="schedule">
      <label htmlFor={id}>Leaves</label>
      <input
        id={id}
        type="datetime-local"
        value={value}
        min={localInputText(serverNow())}
        max={localInputText(new Date(serverNow().getTime() + aheadMaxMs))}
        onChange={({ target }) => onChange(target.value === '' ? undefined : new Date(target.value).toISOString())}
      />
      {choices().map(({ label, date }) => (
        <button
          key={label}
          type="button"
          className="view"
          aria-pressed={sendAt === date.toISOString()}
          onClick={() => onChange(date.toISOString())}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
