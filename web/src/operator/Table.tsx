import type { ReactNode } from 'react';

export interface Column<T> {
  label: string;
  of: (row: T) => ReactNode;
  /** Numbers stand under each other, at the end of their column. */
  isNumber?: boolean;
  /** Takes what width is left. */
  isWide?: boolean;
}

interface TableProps<T> {
  /** Names the table for whoever does not see it. */
  caption: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string;
  /** What stands there instead where there are no rows: what that means, and what to do. */
  empty: ReactNode;
}

/** A list of things that are alike. On a narrow screen each row becomes a small block. */
export function Table<T>({ caption, columns, rows, keyOf, empty }: TableProps<T>) {
  if (rows.length === 0) return <div className="nothing">{empty}</div>;
  return (
    <div className="table-place">
      <table className="table">
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ label, isNumber, isWide }) => (
              <th key={label} scope="col" className={isNumber ? 'number' : isWide ? 'wide' : undefined}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ label, of, isNumber, isWide }) => (
                <td key={label} data-label={label} className={isNumber ? 'number' : isWide ? 'wide' : undefined}>
                  <span>{of(row)}</span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
