import { describe, expect, it } from '@jest/globals';
import { type ExportRow, exportHead, exportLine } from '../../domain/exportFile.js';

const row = (more: Partial<ExportRow>): ExportRow => ({
  id: 'a',
  conversationId: 'c',
  createdAt: '2026-11-01T00:00:00.000Z',
  updatedAt: '2026-11-01T00:00:00.000Z',
  direction: 'inbound',
  status: 'received',
  to: '+14155550100',
  from: '+14155550101',
  body: 'hello',
  campaign: null,
  category: 'transactional',
  priority: 'normal',
  segments: 1,
  errorCode: null,
  errorMessage: null,
  providerMessageId: null,
  ...more,
});
const bodyCell = (body: string) =>
  exportLine('csv', row({ body })).slice(
    'a,c,2026-11-01T00:00:00.000Z,2026-11-01T00:00:00.000Z,inbound,received,+14155550100,+14155550101,'.length,
    -',,transactional,normal,1,,,\r\n'.length,
  );

describe('an exported file', () => {
  it('has a column for each value, in the order of its head', () => {
    expect(exportHead('csv').split(',')).toHaveLength(exportLine('csv', row({})).split(',').length);
    expect(exportHead('jsonl')).toBe('');
    expect(JSON.parse(exportLine('jsonl', row({ body: 'a "b"\n=1' })))).toEqual(row({ body: 'a "b"\n=1' }));
    expect(exportLine('jsonl', row({ body: 'one\ntwo' })).trimEnd()).not.toContain('\n');
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['+1+1', "'+1+1"],
    ['-2', "'-2"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', `"'\r=1"`],
    ['＝1', "'＝1"],
    ['=cmd|"/c calc"!A1', `"'=cmd|""/c calc""!A1"`],
    ['+14155550100', '+14155550100'],
    ['+14155550100=1', "'+14155550100=1"],
    ['5 = 5', '5 = 5'],
    ['a, b', '"a, b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
    ['', ''],
  ])('shows %j as %j: nothing that was written to us runs in a spreadsheet', (body, cell) => {
    expect(bodyCell(body)).toBe(cell);
  });
});
