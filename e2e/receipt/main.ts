/** Receipts as a command: how did a job end, and what proves it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
	knownAuthorities,
	knownBlock,
	parseAuthorities,
	parseBundle,
	Refused,
	verify,
	type Bundle,
	type Finality,
} from '../src/receipts.ts';
import { collect, currentAuthorities, knownByNode, Unavailable, type Wanted } from './collect.ts';
import { describeReceipt } from './print.ts';
import { withNode } from './rpc.ts';

const USAGE = `Checks how a job ended against a state root that the relay chain has registered.

Usage:
  npm run verify-receipt -- --relay URL --chain URL --job N [--save FILE]
  npm run verify-receipt -- --bundle FILE (--relay URL | --relay-block HASH | --authorities FILE)
  npm run verify-receipt -- --relay URL --save-authorities FILE

Evidence:
  --relay        a node of the relay chain
  --chain        a node of AI-Compute-PBC; it is not trusted
  --job          number of the job
  --checkpoint   number of the registered block to take (the last one that has a record of the job)
  --not-before   refuse states older than this block
  --result       file with the bytes of the result, to compare with the hash in the record
  --save         write the evidence to a file
  --bundle       check the evidence in a file instead

Who says that the relay chain's block is final, the first of these that is given:
  --authorities  file with a set of the relay chain's authorities: their signatures are checked
  --relay-block  hash of a block that you know to be final
  --relay        the node itself is believed

  --save-authorities  write the authorities that the relay chain's node names, to trust from now on

Exit code 0: proven. 1: refused. 2: could not be checked.`;

const OPTIONS = {
	relay: { type: 'string' },
	chain: { type: 'string' },
	job: { type: 'string' },
	checkpoint: { type: 'string' },
	'not-before': { type: 'string' },
	result: { type: 'string' },
	save: { type: 'string' },
	bundle: { type: 'string' },
	authorities: { type: 'string' },
	'relay-block': { type: 'string' },
	'save-authorities': { type: 'string' },
	help: { type: 'boolean', short: 'h', default: false },
} as const;

/** A mistake in the command. */
class Usage extends Error {}

function number(name: string, text: string | undefined): number | undefined {
	if (text === undefined) return undefined;
	const value = Number(text);
	if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw new Usage(`${name} is not a number: ${text}`);
	return value;
}

const text = (file: string) => readFileSync(file, 'utf8');

async function main(): Promise<void> {
	const { values } = parseArgs({ options: OPTIONS });
	if (values.help) {
		console.log(USAGE);
		return;
	}
	const { relay: relayUrl, chain: chainUrl, bundle: file } = values;
	const saved = values['save-authorities'];
	if (saved !== undefined) {
		if (relayUrl === undefined) throw new Usage('whose authorities? --relay is missing');
		const set = await withNode(relayUrl, currentAuthorities);
		writeFileSync(saved, `${JSON.stringify(set, null, '\t')}\n`);
		console.log(`Set ${set.setId} with ${set.authorities.length} authorities, as ${relayUrl} says: ${saved}`);
		return;
	}

	const authorities =
		values.authorities === undefined ? undefined : parseAuthorities(text(values.authorities));
	const job = number('--job', values.job);
	const block = number('--checkpoint', values.checkpoint);
	const notBefore = number('--not-before', values['not-before']);
	const result = values.result === undefined ? undefined : new Uint8Array(readFileSync(values.result));

	const gather = async (): Promise<Bundle> => {
		if (file !== undefined) return parseBundle(text(file));
		if (relayUrl === undefined || chainUrl === undefined || job === undefined) {
			throw new Usage('give --relay, --chain and --job, or --bundle');
		}
		const wanted: Wanted = {
			job,
			...(block === undefined ? {} : { block }),
			...(notBefore === undefined ? {} : { notBefore }),
			...(authorities === undefined ? {} : { authorities }),
		};
		return withNode(relayUrl, (relay) => withNode(chainUrl, (chain) => collect(relay, chain, wanted)));
	};
	const trust = (bundle: Bundle): Promise<Finality> | Finality => {
		if (authorities !== undefined) return knownAuthorities(authorities);
		const known = values['relay-block'];
		if (known !== undefined) return knownBlock(known);
		if (relayUrl !== undefined) return withNode(relayUrl, (relay) => knownByNode(relay, relayUrl, bundle));
		throw new Usage('whom do you trust? Give --authorities, --relay-block or --relay');
	};

	const bundle = await gather();
	const receipt = verify(bundle, await trust(bundle), {
		...(job === undefined ? {} : { job }),
		...(block === undefined ? {} : { block }),
		...(notBefore === undefined ? {} : { notBefore }),
		...(result === undefined ? {} : { result }),
	});
	console.log(describeReceipt(receipt, result !== undefined));
	if (values.save !== undefined) {
		writeFileSync(values.save, `${JSON.stringify(bundle, null, '\t')}\n`);
		console.log(`\nSaved: ${values.save}`);
	}
}

try {
	await main();
} catch (error) {
	const { message } = error as Error;
	if (error instanceof Refused) {
		console.log(`REFUSED (${error.reason}): ${message}`);
		process.exitCode = 1;
	} else {
		const hint = error instanceof Usage ? '\n\n--help tells more.' : '';
		console.error(`${error instanceof Unavailable ? 'Not available' : 'Error'}: ${message}${hint}`);
		process.exitCode = 2;
	}
}
