import assert from 'node:assert/strict';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Journal, MAX_RECORD } from '../../payments/journal.ts';
import { temporaryFolder } from '../../src/node.ts';

describe('a journal', () => {
	const folder = temporaryFolder('journal');
	let files = 0;
	const fresh = () => join(folder, `${files++}`);
	const written = (...records: readonly string[]) => {
		const path = fresh();
		const journal = Journal.open(path);
		for (const record of records) journal.write(Buffer.from(record));
		journal.close();
		return path;
	};
	const last = (path: string) => {
		const journal = Journal.open(path);
		const found = journal.last?.toString();
		journal.close();
		return found;
	};

	it('keeps the last record, and goes on from it', () => {
		assert.equal(last(fresh()), undefined);
		const path = written('one', 'two', 'a longer third');
		assert.equal(last(path), 'a longer third');
		const journal = Journal.open(path, 'disk');
		journal.write(Buffer.from('four'));
		assert.equal(journal.last?.toString(), 'four');
		journal.close();
		assert.equal(last(path), 'four');
	});

	it('falls back to the record before one that was written by half', () => {
		for (const records of [['one'], ['one', 'two'], ['one', 'two', 'three']]) {
			const path = written(...records);
			const whole = readFileSync(path);
			const slot = (records.length % 2) * 1_024;
			for (let at = slot; at < slot + 26 + 3; at++) {
				const torn = Buffer.from(whole);
				torn[at] = (torn[at] ?? 0) ^ 0x10;
				writeFileSync(path, torn);
				assert.equal(last(path), records.at(-2), `byte ${at}`);
			}
		}
		const path = written('one');
		truncateSync(path, 1_024 + 10);
		assert.equal(last(path), undefined);
	});

	it('takes no record that does not fit', () => {
		const journal = Journal.open(fresh());
		journal.write(Buffer.alloc(MAX_RECORD));
		assert.throws(() => journal.write(Buffer.alloc(MAX_RECORD + 1)), /too long/);
		assert.equal(journal.last?.length, MAX_RECORD);
		journal.close();
	});
});
