/** What the simulator wrote down of a message that it accepted. */
export interface LedgerEntry {
  n: number;
  sid: string;
  body: string;
  /** Epoch milliseconds. */
  requestReceivedAtMs: number;
}

/** How a message ended at the simulator. */
export interface LedgerFinal {
  n: number;
  sid: string;
  status: string;
}

const pageSize = 2_000;

/** Reads the simulator's ledger, which knows nothing of the product: what a provider saw. */
export class SimulatorLedger {
  constructor(private readonly url: string) {}

  /** How many messages and endings it has now: where to read on from. */
  async position(): Promise<{ entries: number; finals: number }> {
    const [entries, finals] = await Promise.all([this.page<LedgerEntry>('ledger', 0, 1), this.page<LedgerFinal>('finals', 0, 1)]);
    return { entries: entries.total, finals: finals.total };
  }

  /** The messages accepted after number `since`. */
  entriesAfter(since: number): Promise<LedgerEntry[]> {
    return this.all<LedgerEntry>('ledger', since);
  }

  /** The endings after number `since`. */
  finalsAfter(since: number): Promise<LedgerFinal[]> {
    return this.all<LedgerFinal>('finals', since);
  }

  private async all<Row>(list: 'ledger' | 'finals', since: number): Promise<Row[]> {
    const rows: Row[] = [];
    for (;;) {
      const page = await this.page<Row>(list, since + rows.length, pageSize);
      rows.push(...page.rows);
      if (page.rows.length < pageSize) return rows;
    }
  }

  private async page<Row>(list: 'ledger' | 'finals', since: number, limit: number): Promise<{ rows: Row[]; total: number }> {
    const response = await fetch(`${this.url}/_control/${list}?since=${since}&limit=${limit}`);
    if (!response.ok) throw new Error(`the simulator at ${this.url} answered ${response.status}: ${await response.text()}`);
    const answer = (await response.json()) as { entries?: Row[]; finals?: Row[]; total: number };
    return { rows: answer.entries ?? answer.finals ?? [], total: answer.total };
  }
}
