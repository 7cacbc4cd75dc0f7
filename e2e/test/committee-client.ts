/** The reference client of `committee-keys`: members, requesters and enclaves, a step for each call. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CACHE } from '../src/node.ts';

const VARIABLE = 'AI_COMPUTE_COMMITTEE_CLIENT';
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** Arguments of a step. */
export type Step = Readonly<Record<string, unknown>>;

function found(): string | undefined {
	const named = process.env[VARIABLE];
	if (named !== undefined && named !== '') {
		if (!existsSync(named)) throw new Error(`there is no ${named}, which ${VARIABLE} names`);
		return named;
	}
	const collator = process.env['AI_COMPUTE_COLLATOR'];
	const targets = [
		process.env['CARGO_TARGET_DIR'],
		join(REPOSITORY, 'target'),
		join(CACHE, 'target'),
	].filter((target) => target !== undefined);
	const folders = targets.flatMap((target) => [join(target, 'release'), join(target, 'debug')]);
	if (collator !== undefined) folders.unshift(dirname(collator));
	return folders
		.map((folder) => join(folder, 'examples', 'committee'))
		.find((program) => existsSync(program));
}

const program = found();

/** Why tests that need the client are skipped, or `false`. */
export const withoutClient: string | false =
	program === undefined
		? `needs the client: cargo build --release -p committee-keys --example committee, or ${VARIABLE}`
		: false;

/** One step of the client. Throws what it says when it refuses. */
export function client(step: string, input: Step): Record<string, string> {
	if (program === undefined) throw new Error(String(withoutClient));
	const { status, stdout, stderr, error } = spawnSync(program, [step], {
		input: JSON.stringify(input),
		encoding: 'utf8',
	});
	if (error !== undefined) throw error;
	if (status !== 0) throw new Error(stderr);
	return JSON.parse(stdout) as Record<string, string>;
}
