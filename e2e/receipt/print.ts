/** A receipt in plain words. */
import type { Job, Receipt } from '../src/receipts.ts';
import { formatEdsc } from '../src/units.ts';

const TITLE_WIDTH = 16;

const row = (title: string, text: string) => `  ${title.padEnd(TITLE_WIDTH)}${text}`;

function outcome({ status, delivery, settlement, assignment }: Job): string {
	switch (status) {
		case 'Settled': {
			const what = delivery === null ? 'without a result' : `with result hash ${delivery.resultHash}`;
			const how = settlement === null ? '' : ` (${settlement.outcome})`;
			return `was settled${how} ${what}`;
		}
		case 'Failed':
			return `failed${assignment === null ? '' : ` at node ${assignment.node}`}; the escrow went back`;
		case 'Cancelled':
			return 'was cancelled by its requester; the escrow went back';
		case 'Expired':
			return 'expired, nobody took it; the escrow went back';
		default:
			throw new Error(`a job that is ${status} has no outcome`);
	}
}

/** What is proven, by which evidence, and what it rests on. */
export function describeReceipt(receipt: Receipt, resultChecked: boolean): string {
	const { job, record, block, relay, finality } = receipt;
	const { assignment, delivery } = record;
	const rows = [
		row('relay block', `${relay.number}  ${relay.hash}  ${finality}`),
		row('registered', `block ${block.number} has state root ${block.stateRoot}`),
		row('header', 'of that number has that state root'),
		row('', `its hash is ${block.hash}, if the rest of it is as given`),
		row('job record', 'is in the state with that root'),
		row('requester', record.requester),
		row('model', `${record.modelDid}, version ${record.terms.version}`),
	];
	if (assignment !== null) {
		rows.push(row('node', `${assignment.node} of ${assignment.owner}`));
		rows.push(row('price', `${formatEdsc(assignment.pricePerToken, 12)} EDSC a token`));
	}
	if (delivery !== null) {
		rows.push(row('result hash', `${delivery.resultHash}${resultChecked ? '  of the bytes given' : ''}`));
		rows.push(row('tokens', `${delivery.tokensUsed} of at most ${record.maxTokens}, ${delivery.timing}`));
	}
	if (record.settlement !== null) {
		const fee = formatEdsc(record.settlement.feePaid, 12);
		rows.push(row('settlement', `${record.settlement.outcome}, platform fee ${fee} EDSC`));
	}
	if (record.endedAt !== null) rows.push(row('ended', `at tick ${record.endedAt}`));
	if (record.rating !== null) rows.push(row('rating', `${record.rating} of 5, as of block ${block.number}`));
	return [`PROVEN: job ${job} ${outcome(record)}.`, '', ...rows].join('\n');
}
