import { type ReactNode, useId } from 'react';

interface PanelProps {
  title: string;
  /** What can be done, at the end of the heading. */
  actions?: ReactNode;
  text?: string;
  children: ReactNode;
}

/** A part of a page, under its heading. */
export function Panel({ title, actions, text, children }: PanelProps) {
  const id = useId();
  return (
    <section className="panel" aria-labelledby={id}>
      <header>
        <h3 id={id}>{title}</h3>
        {actions && <div className="panel-actions">{actions}</div>}
        {text && <p className="hint">{text}</p>}
      </header>
      {children}
    </section>
  );
}

/** The heading of a page. */
export function PageHead({ title, text, children }: { title: ReactNode; text?: string; children?: ReactNode }) {
  return (
    <header className="page-head">
      <div>
        <h2>{title}</h2>
        {text && <p className="hint">{text}</p>}
      </div>
      {children && <div className="panel-actions">{children}</div>}
    </header>
  );
}

/** Facts with their names. */
export function Facts({ facts }: { facts: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value ?? '–'}</dd>
        </div>
      ))}
    </dl>
  );
}
