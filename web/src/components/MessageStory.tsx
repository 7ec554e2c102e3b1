import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { Link } from 'wouter';
import type { Message } from '../api.js';
import { paths } from '../paths.js';
import { useTrace } from '../queries.js';
import { meaningOf } from '../statusWords.js';
import { type Story, storyOf } from '../story.js';
import { clockText, fullTimeText } from '../timeText.js';
import { StatusMark } from './StatusMark.js';

const hoverMs = 350;
const gapPx = 8;

/** The ticks of a message: looked at, pointed at or pressed, they tell what happened to it. */
export function MessageStory({ message }: { message: Message }) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const id = useId();
  const later = (open: boolean) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setOpen(open), hoverMs);
  };
  useEffect(() => () => clearTimeout(timer.current), []);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || !isOpen) return;
    event.stopPropagation();
    setOpen(false);
  }

  return (
    <span
      className="story-place"
      onMouseEnter={() => later(true)}
      onMouseLeave={() => later(false)}
      onBlur={({ currentTarget, relatedTarget }) => currentTarget.contains(relatedTarget) || later(false)}
    >
      <button
        ref={button}
        type="button"
        className="story-button"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        aria-label={`${meaningOf[message.status]}: what happened`}
        onClick={() => {
          clearTimeout(timer.current);
          setOpen(!isOpen);
        }}
        onFocus={(event) => event.currentTarget.matches(':focus-visible') && later(true)}
        onKeyDown={onKeyDown}
      >
        <StatusMark status={message.status} told />
      </button>
      {isOpen && button.current && <StoryPanel id={id} message={message} anchor={button.current} />}
    </span>
  );
}

function StoryPanel({ id, message, anchor }: { id: string; message: Message; anchor: HTMLElement }) {
  const trace = useTrace(message.id);
  const panel = useRef<HTMLDivElement>(null);
  const filled = trace.data !== undefined || trace.isError;
  useEffect(() => {
    const element = panel.current;
    if (!element) return;
    // In the top layer, where nothing that scrolls can cut it off.
    if (!element.matches(':popover-open')) element.showPopover();
    const by = anchor.getBoundingClientRect();
    const { width, height } = element.getBoundingClientRect();
    const above = by.top - gapPx - height;
    element.style.top = `${above >= gapPx ? above : Math.min(by.bottom + gapPx, innerHeight - height - gapPx)}px`;
    element.style.left = `${Math.max(gapPx, Math.min(by.right - width, innerWidth - width - gapPx))}px`;
  }, [anchor, filled, trace.data]);

  return (
    <div className="story" ref={panel} id={id} popover="manual" role="dialog" aria-label="What happened to this message">
      {trace.data ? <StoryText story={storyOf(trace.data)} /> : <p>{trace.isError ? trace.error.message : 'Looking it up…'}</p>}
      <Link className="link" href={paths.operatorMessage(message.id)}>
        Everything about it
      </Link>
    </div>
  );
}

function StoryText({ story: { steps, trouble } }: { story: Story }) {
  return (
    <>
      <ol className="story-steps">
        {steps.map(({ at, title, tone }) => (
          <li key={`${at} ${title}`} className={tone}>
            <span>{title}</span>
            {at && (
              <time dateTime={at} title={fullTimeText(at)}>
                {clockText(at, 'seconds')}
              </time>
            )}
          </li>
        ))}
      </ol>
      {trouble && (
        <p className="story-trouble">
          <strong>{trouble.sentence}</strong> {trouble.advice}
        </p>
      )}
    </>
  );
}
