/** Counts the documents of the demo and draws the one-screen summary. */
export class Summary {
  #sources = new Map();
  #totals;

  document(document) {
    const { id, name } = document.provenance.source;
    const row = this.#sources.get(id) ?? { name: undefined, events: 0, placeholders: 0, lost: 0 };
    row.name ??= name;
    if (document.kind === 'event') row.events++;
    else if (document.kind === 'placeholder') row.placeholders++;
    else row.lost += document.count;
    this.#sources.set(id, row);
  }

  /** The last status message of the reader. */
  status(status) {
    this.#totals = status.totals;
  }

  text(url) {
    const rows = [...this.#sources]
      .sort(([a], [b]) => a - b)
      .map(([id, row]) => [
        String(id),
        row.name ?? '-',
        row.events + row.placeholders,
        row.events,
        row.placeholders,
        row.lost
      ]);
    const sum = (column) => rows.reduce((total, row) => total + row[column], 0);
    rows.push(['', 'all sources', sum(2), sum(3), sum(4), sum(5)]);
    const head = ['source', 'name', 'records', 'resolved', 'placeholders', 'lost'];
    const widths = head.map((title, column) =>
      Math.max(title.length, ...rows.map((row) => String(row[column]).length))
    );
    const line = (cells) =>
      cells
        .map((cell, column) =>
          column < 2 ? String(cell).padEnd(widths[column]) : String(cell).padStart(widths[column])
        )
        .join('  ');
    const rule = '-'.repeat(widths.reduce((total, width) => total + width + 2, -2));
    const reader = this.#totals
      ? `The reader has read ${this.#totals.records} records (${this.#totals.bytes} bytes), lost ` +
        `${this.#totals.lost}, ${this.#totals.laps} laps, by its last status, up to a second ago.`
      : '';
    return [
      '',
      rule,
      line(head),
      rule,
      ...rows.slice(0, -1).map(line),
      rule,
      line(rows.at(-1)),
      rule,
      reader,
      `Editor: ${url}`,
      ''
    ].join('\n');
  }
}
