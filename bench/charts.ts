/** Charts as SVG, drawn by hand: what a report needs is a few rectangles and lines. */
const colors = ['#2f6f9f', '#5b9bc8', '#c7a252', '#b0b7bd', '#7a5c99', '#3f7d58', '#74b08b', '#a9cfb8', '#d3dbd6', '#b2574b'];
const width = 760;
const colorOf = (index: number) => colors[index % colors.length];

function page(height: number, title: string, parts: string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>
<text x="20" y="22" font-size="14">${escaped(title)}</text>
${parts.join('\n')}
</svg>
`;
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const legendColumns = 4;

function legend(names: readonly string[], top: number): string[] {
  return names.map((name, index) => {
    const [x, y] = [20 + (index % legendColumns) * 180, top + Math.floor(index / legendColumns) * 22];
    return `<rect x="${x}" y="${y - 10}" width="12" height="12" fill="${colorOf(index)}"/><text x="${x + 18}" y="${y}">${escaped(name)}</text>`;
  });
}

const barHeight = 22;
const rowHeight = 34;
const barsLeft = 190;
const barsWidth = 470;

/** One bar a row, a piece of it for each name; what `total` names stands behind it, or is summed. */
export function stackedBars(title: string, unit: string, bars: [label: string, pieces: Record<string, number>][]): string {
  const names = [...new Set(bars.flatMap(([, pieces]) => Object.keys(pieces)))].filter((name) => name !== 'total');
  const totalOf = ({ total, ...pieces }: Record<string, number>) => total ?? Object.values(pieces).reduce((sum, value) => sum + value, 0);
  const scale = barsWidth / Math.max(...bars.map(([, pieces]) => totalOf(pieces)), Number.MIN_VALUE);
  const parts = bars.flatMap(([label, pieces], row) => {
    const y = 40 + row * rowHeight;
    let x = barsLeft;
    const rectangles = names.map((name, index) => {
      const value = pieces[name] ?? 0;
      const rectangle = `<rect x="${x.toFixed(1)}" y="${y}" width="${(value * scale).toFixed(1)}" height="${barHeight}" fill="${colorOf(index)}"><title>${escaped(name)}: ${value} ${unit}</title></rect>`;
      x += value * scale;
      return rectangle;
    });
    return [
      `<text x="${barsLeft - 8}" y="${y + 15}" text-anchor="end">${escaped(label)}</text>`,
      ...rectangles,
      `<text x="${(x + 6).toFixed(1)}" y="${y + 15}">${Math.round(totalOf(pieces) * 100) / 100} ${unit}</text>`,
    ];
  });
  const top = 60 + bars.length * rowHeight;
  return page(top + 20 + Math.ceil(names.length / legendColumns) * 22, title, [...parts, ...legend(names, top)]);
}

export interface Line {
  name: string;
  points: [x: number, y: number][];
}

const plot = { left: 70, top: 40, width: 650, height: 240 };

/** Lines over a common axis from 0 on; each axis says its unit and its greatest value. */
export function lineChart(title: string, [xUnit, yUnit]: [string, string], lines: Line[]): string {
  const points = lines.flatMap((line) => line.points);
  const xMax = Math.max(...points.map(([x]) => x), Number.MIN_VALUE);
  const yMax = Math.max(...points.map(([, y]) => y), Number.MIN_VALUE);
  const place = ([x, y]: [number, number]) =>
    `${(plot.left + (x / xMax) * plot.width).toFixed(1)},${(plot.top + plot.height - (y / yMax) * plot.height).toFixed(1)}`;
  const bottom = plot.top + plot.height;
  const label = (value: number) => String(Math.round(value * 100) / 100);
  const axes = [
    `<path d="M${plot.left},${plot.top}V${bottom}H${plot.left + plot.width}" fill="none" stroke="#888"/>`,
    `<text x="${plot.left - 8}" y="${plot.top + 4}" text-anchor="end">${label(yMax)}</text><text x="${plot.left - 8}" y="${bottom}" text-anchor="end">0 ${escaped(yUnit)}</text>`,
    `<text x="${plot.left + plot.width}" y="${bottom + 18}" text-anchor="end">${label(xMax)} ${escaped(xUnit)}</text>`,
  ];
  const drawn = lines.map(
    (line, index) =>
      `<polyline points="${line.points.map(place).join(' ')}" fill="none" stroke="${colorOf(index)}" stroke-width="1.5"><title>${escaped(line.name)}</title></polyline>`,
  );
  const top = bottom + 44;
  return page(top + 10 + Math.ceil(lines.length / legendColumns) * 22, title, [
    ...axes,
    ...drawn,
    ...legend(
      lines.map(({ name }) => name),
      top,
    ),
  ]);
}
