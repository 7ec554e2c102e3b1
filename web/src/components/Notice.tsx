import type { ReactNode } from 'react';

interface NoticeProps {
  title: string;
  text?: string;
  role?: 'alert' | 'status';
  /** Fills the window instead of the place it stands in. */
  fullPage?: boolean;
  children?: ReactNode;
}

/** Words in a place that would be empty: what is going on and what to do. */
export function Notice({ title, text, role, fullPage = false, children }: NoticeProps) {
  return (
    <div className={fullPage ? 'notice full-page' : 'notice'} role={role}>
      <p className="notice-title">{title}</p>
      {text && <p>{text}</p>}
      {children && <div className="notice-actions">{children}</div>}
    </div>
  );
}
