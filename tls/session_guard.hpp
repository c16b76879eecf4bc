// What CAF 0.17 leaves undone for its TLS sessions, by way of the callbacks that OpenSSL has for
// every session of a process:
// - errors of one session stay in the thread's error queue, where OpenSSL takes them for errors of
//   the next healthy session that merely has nothing to read, which is dropped: they are removed;
// - nobody is told why a peer that connected was refused: `on_refused` is;
// - a handshake that a peer began may take for ever, and there may be any number of them: here
//   there are 256 at most, and who has a clock ends those that take too long.
// And TLS 1.3 is the oldest version. Must not know: CAF.
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace evenkeel::tls {

/// For all sessions of this process, made from now on. Once, before the first session; `on_refused`
/// gets "the cluster port: 10.0.0.7:4242: why" (or "the client port: ..."), is called by any
/// thread, and at most once a second in the long run: then it says how many others there were.
void guard_sessions(std::function<void(const std::string&)> on_refused);

/// Shuts down accepted connections whose handshakes began that long ago and are not over. By any
/// thread.
void end_handshakes_older_than(std::chrono::milliseconds age);

} // namespace evenkeel::tls
