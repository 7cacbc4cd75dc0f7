/** What is shown of a run: a row for each step, as it ends. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Table } from '../../src/table.ts';

const TABLE = new Table([
	{ title: 'time', width: 7, align: 'right' },
	{ title: 'took', width: 7, align: 'right' },
	{ title: '', width: 6 },
	{ title: 'step', width: 44 },
	{ title: 'seen', width: 40 },
]);

/** A length of time in words. */
export function duration(milliseconds: number): string {
	const seconds = Math.round(milliseconds / 1_000);
	const minutes = Math.floor(seconds / 60);
	return minutes === 0 ? `${seconds}s` : `${minutes}m${String(seconds % 60).padStart(2, '0')}s`;
}

/** Runs steps, prints them, and counts. */
export class Report {
	private readonly begun = Date.now();
	private passed = 0;
	private failed = 0;
	private titled = false;

	constructor(private readonly print: (line: string) => void) {}

	/** Runs a step. What it gives is shown; if it throws, nothing further is worth trying. */
	async step(title: string, run: () => Promise<string>): Promise<void> {
		const start = Date.now();
		try {
			const seen = await run();
			this.passed += 1;
			this.row(start, 'ok', title, seen);
		} catch (error) {
			this.failed += 1;
			this.row(start, 'FAILED', title, (error as Error).message);
			throw error;
		}
	}

	/** How many steps went well, in a form that test reports have. */
	summary(): string {
		return `${this.passed} passed, ${this.failed} failed`;
	}

	/** Time since the beginning. */
	elapsed(): string {
		return duration(Date.now() - this.begun);
	}

	private row(start: number, verdict: string, title: string, seen: string): void {
		if (!this.titled) this.print(TABLE.header());
		this.titled = true;
		this.print(TABLE.row([this.elapsed(), duration(Date.now() - start), verdict, title, seen]));
	}
}

/** Asks again and again until there is an answer; says what was waited for if there is none in time. */
export async function until<T>(
	what: string,
	seconds: number,
	ask: () => Promise<T | undefined>,
): Promise<T> {
	const end = Date.now() + seconds * 1_000;
	let last: Error | undefined;
	for (;;) {
		try {
			const answer = await ask();
			if (answer !== undefined) return answer;
			last = undefined;
		} catch (error) {
			// A node that is starting or busy: the next question may be answered.
			last = error as Error;
		}
		if (Date.now() >= end) {
			throw new Error(`${what}: not within ${seconds} s${last === undefined ? '' : ` (${last.message})`}`);
		}
		await sleep(1_500);
	}
}
