import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Table } from '../../src/table.ts';
import { EDSC, formatEdsc, formatUnits } from '../../src/units.ts';

describe('amounts', () => {
	it('are cut, not rounded', () => {
		assert.equal(formatEdsc(0n), '0.0000');
		assert.equal(formatEdsc(EDSC), '1.0000');
		assert.equal(formatEdsc(EDSC - 1n), '0.9999');
		assert.equal(formatEdsc(-EDSC / 2n), '-0.5000');
		assert.equal(formatEdsc(1_234_567_890_123n, 12), '1.234567890123');
		assert.equal(formatEdsc(1_234_567_890_123n, 0), '1');
	});

	it('are grouped in units', () => {
		assert.equal(formatUnits(0n), '0');
		assert.equal(formatUnits(1_234_567n), '1 234 567');
		assert.equal(formatUnits(-123_456n), '-123 456');
		assert.equal(formatUnits(-1_234n), '-1 234');
	});
});

describe('table', () => {
	const table = new Table([
		{ title: 'step', width: 6 },
		{ title: 'block', width: 5, align: 'right' },
	]);

	it('aligns', () => {
		assert.equal(table.header(), 'step    block\n------  -----');
		assert.equal(table.row(['bid', '7']), 'bid         7');
	});

	it('cuts nothing', () => {
		assert.equal(table.row(['a long step', '7']), 'a long step      7');
	});

	it('refuses a row of another length', () => {
		assert.throws(() => table.row(['bid']), /1 cells/);
	});
});
