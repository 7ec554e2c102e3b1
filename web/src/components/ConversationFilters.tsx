import type { RefObject } from 'react';
import { useAccess } from '../access.js';
import { type ConversationFilter, views, viewWords } from '../conversationFilter.js';

interface ConversationFiltersProps {
  filter: ConversationFilter;
  onFilter: (filter: ConversationFilter) => void;
  search: RefObject<HTMLInputElement | null>;
}

/** Which conversations are listed: one of the views, or what is looked for among all. */
export function ConversationFilters({ filter, onFilter, search }: ConversationFiltersProps) {
  const access = useAccess();
  // A key is nobody, so nothing is its own.
  const mine = access?.me.kind === 'person';
  return (
    <div className="filters">
      <input
        ref={search}
        type="search"
        className="search"
        placeholder="Find a name or number"
        aria-label="Find a conversation by name or number"
        maxLength={100}
        spellCheck={false}
        autoComplete="off"
        value={filter.search}
        onChange={(event) => onFilter({ ...filter, search: event.target.value })}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          onFilter({ ...filter, search: '' });
          event.currentTarget.blur();
        }}
      />
      <div className="views" role="group" aria-label="Which conversations">
        {views
          .filter((view) => view !== 'mine' || mine)
          .map((view) => (
            <button
              key={view}
              type="button"
              className="view"
              aria-pressed={filter.search === '' && filter.view === view}
              onClick={() => onFilter({ view, search: '' })}
            >
              {viewWords[view]}
            </button>
          ))}
      </div>
    </div>
  );
}
