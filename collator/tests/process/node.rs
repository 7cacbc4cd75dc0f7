//! Runs the binary and talks to it.

use serde_json::{json, Value};
use std::{
	fs,
	io::{BufRead, BufReader, Read, Write},
	net::{SocketAddr, TcpStream},
	os::unix::fs::symlink,
	path::{Path, PathBuf},
	process::{Child, Command, Output, Stdio},
	sync::mpsc,
	thread,
	time::{Duration, Instant},
};

/// Longer than anything here takes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// The binary.
pub fn binary() -> Command {
	Command::new(env!("CARGO_BIN_EXE_ai-compute-pbc-collator"))
}

/// Runs the binary to its end.
pub fn run(arguments: &[&str]) -> Output {
	binary().args(arguments).output().expect("the binary starts")
}

/// Runs the binary to its end, which must be a success, and returns what it printed.
pub fn output_of(arguments: &[&str]) -> Vec<u8> {
	let output = run(arguments);
	let errors = String::from_utf8_lossy(&output.stderr);
	assert!(output.status.success(), "{arguments:?}: {errors}");
	output.stdout
}

/// A fresh folder that is removed at the end. As a base path it has its compiled runtimes from, and keeps
/// them for, all the others: compiling the runtime is most of the time that a start takes.
pub struct Folder(PathBuf);

impl Folder {
	pub fn new(name: &str) -> Self {
		let path =
			Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
		let _ = fs::remove_dir_all(&path);
		fs::create_dir_all(&path).unwrap();
		let compiled = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wasm");
		fs::create_dir_all(&compiled).unwrap();
		symlink(compiled, path.join("wasm")).unwrap();
		Self(path)
	}

	pub fn path(&self) -> &str {
		self.0.to_str().unwrap()
	}

	pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
		let path = self.0.join(name);
		fs::write(&path, content).unwrap();
		path.to_str().unwrap().into()
	}
}

impl Drop for Folder {
	fn drop(&mut self) {
		let _ = fs::remove_dir_all(&self.0);
	}
}

/// A running node; dropping it kills it without notice.
pub struct Node {
	process: Child,
	rpc: SocketAddr,
}

impl Node {
	/// Starts a node with the folder as its base path and waits until it answers.
	pub fn start(folder: &Folder, arguments: &[&str]) -> Self {
		let mut process = binary()
			.args(arguments)
			.args(["--base-path", folder.path()])
			.args(["--rpc-port", "0", "--port", "0", "--no-prometheus", "--no-telemetry"])
			.stderr(Stdio::piped())
			.stdout(Stdio::null())
			.spawn()
			.expect("the node starts");
		let lines = BufReader::new(process.stderr.take().unwrap()).lines();
		let (sender, receiver) = mpsc::channel();
		thread::spawn(move || {
			for line in lines.map_while(Result::ok) {
				eprintln!("{line}");
				if let Some((_, address)) = line.split_once("Running JSON-RPC server: addr=") {
					let address = address.split(',').next().unwrap().trim();
					let _ = sender.send(address.parse().expect("the log names the address"));
				}
			}
		});
		let rpc = receiver.recv_timeout(PATIENCE).expect("the node opens its RPC");
		Self { process, rpc }
	}

	/// Calls an RPC method and returns its result.
	pub fn call(&self, method: &str, params: Value) -> Value {
		let mut answer = self.try_call(method, params);
		assert_eq!(answer.get("error"), None, "{method}");
		answer["result"].take()
	}

	fn try_call(&self, method: &str, params: Value) -> Value {
		let body =
			json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
		let mut stream = TcpStream::connect(self.rpc).expect("the RPC is open");
		stream.set_read_timeout(Some(PATIENCE)).unwrap();
		write!(
			stream,
			"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
			 Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
			body.len()
		)
		.unwrap();
		let mut answer = String::new();
		stream.read_to_string(&mut answer).unwrap();
		let (_, body) = answer.split_once("\r\n\r\n").expect("an HTTP answer");
		serde_json::from_str(body).unwrap_or_else(|_| panic!("not JSON: {body}"))
	}

	/// Seals and finalises a block, empty or not, and returns its hash.
	pub fn seal(&self) -> String {
		let block = self.call("engine_createBlock", json!([true, true, null]));
		block["hash"].as_str().unwrap().into()
	}

	/// Number of the finalised block.
	pub fn finalised(&self) -> u64 {
		let hash = self.call("chain_getFinalizedHead", json!([]));
		number(&self.call("chain_getHeader", json!([hash])))
	}

	/// A storage value at a block, or at the best block.
	pub fn storage(&self, pallet: &str, item: &str, at: Option<&str>) -> Option<Vec<u8>> {
		let prefix = |name: &str| hex(&sp_crypto_hashing::twox_128(name.as_bytes()));
		let key = format!("0x{}{}", prefix(pallet), prefix(item));
		let value = self.call("state_getStorage", json!([key, at]));
		value.as_str().map(unhex)
	}

	/// Waits until a condition holds.
	pub fn wait_until(&self, what: &str, condition: impl Fn(&Self) -> bool) {
		let deadline = Instant::now() + PATIENCE;
		while !condition(self) {
			assert!(Instant::now() < deadline, "{what}: not after {PATIENCE:?}");
			thread::sleep(Duration::from_millis(100));
		}
	}
}

impl Drop for Node {
	fn drop(&mut self) {
		let _ = self.process.kill();
		let _ = self.process.wait();
	}
}

/// The number in a header.
pub fn number(header: &Value) -> u64 {
	let digits = header["number"].as_str().unwrap().trim_start_matches("0x");
	u64::from_str_radix(digits, 16).unwrap()
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
	bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Hexadecimal digits, with or without `0x`, as bytes.
pub fn unhex(text: &str) -> Vec<u8> {
	let digits = text.trim().trim_start_matches("0x");
	(0..digits.len())
		.step_by(2)
		.map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
		.collect()
}
