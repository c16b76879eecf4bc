#include "actors/core/help_text.hpp"

#include "actors/core/request_words.hpp"

#include <algorithm>
#include <array>

namespace evenkeel::core {

namespace {

struct help_topic {
  std::string_view name;
  std::string_view text;
};

constexpr std::string_view overview =
    R"(SUBMIT [options] -- <shell command>   run it somewhere in the cluster
SUBMIT until=EOF [options]            the same with a script: lines up to EOF
CALL [options] -- <function> [args]   run a registered function
SLEEP [options] <ms>                  a job that only waits
STATUS <ticket>                       where a job is
RESULT <ticket> [stdout|stderr|both|none]
WAIT <ticket> [stdout|stderr|both|none] [seconds]
WAIT ALL [seconds]                    until all jobs of this session have ended
CANCEL <ticket>                       FORGET <ticket>
LIST [all] [state=...] [limit=N] [after=<ticket>]
NODES   STATS   RETIRE <code>   AUTH <token>   PING   VERSION   HELP [verb]   QUIT
A submission answers +OK ticket=<ticket>. LAST stands for the latest ticket of this session.
Errors begin with a minus sign and a code: HELP errors. More: HELP states, limits, original.
)";

constexpr std::string_view submit = R"(SUBMIT [options] -- <shell command>
  Runs the rest of the line, byte for byte, with /bin/sh -c. Replies +OK ticket=<ticket> once the
  job is safe on disk.
SUBMIT bytes=N [options]
  N bytes and a newline follow: a script, with empty stdin; #! is honoured.
SUBMIT until=EOF [options]
  The same with lines up to one that is EOF, or any other word.
SUBMIT bytes=N [options] -- <shell command>
  The bytes (or, with until=, the lines) are the command's stdin.
Options: once=1      never start it a second time, not even after a crash.
         key=<text>  a job that has this key already is not submitted again: its ticket is given
                     back, with existing=1.
Values are percent-encoded: a blank is %20, a percent sign %25.
)";

constexpr std::string_view call = R"(CALL [options] -- <function> [arguments]
  Runs a function that the nodes know: noop, echo, primes, wordcount, and those that you added.
  Replies +OK ticket=<ticket>. Options: once=1 key=<text>. A call that usually takes less than a
  millisecond runs here at once, and the reply comes when it is over.
)";

constexpr std::string_view sleep = R"(SLEEP [options] <milliseconds>
  A job that waits, from 0 to 2147483647 ms. Replies +OK ticket=<ticket>. Options: once=1 key=.
)";

constexpr std::string_view status = R"(STATUS <ticket>
  +OK ticket= state= kind= attempt= node= submitted= and what else is known: started= ended= exit=
  signal= ms= out= err= truncated= reason= once= sleep= key=
  text=
)";

constexpr std::string_view result = R"(RESULT <ticket> [stdout|stderr|both|none]
  +OK ticket= state= exit= attempt= node= ms= out= err= bytes=N, then N bytes and a newline: stdout
  unless you say otherwise; for both, out= bytes of stdout, then err= bytes of stderr.
  -NOT_READY while the job has not ended.
)";

constexpr std::string_view wait = R"(WAIT <ticket> [stdout|stderr|both|none] [seconds]
  As RESULT, as soon as there is one. -NOT_READY when the seconds (5, 0.5) are over; without them
  there is no limit.
WAIT ALL [seconds]
  Until every job that this session submitted has ended: +OK count= done= failed=, a line for each,
  and a line with a dot. failed= counts all that are not done.
)";

constexpr std::string_view cancel = R"(CANCEL <ticket>
  +OK ticket= state=cancelled, for good; a running command gets SIGTERM, and SIGKILL after 5 s.
  -CONFLICT when it has ended already.
)";

constexpr std::string_view forget = R"(FORGET <ticket>
  +OK ticket=: the finished job and its result are dropped now, not after the retention time.
  -CONFLICT while it has not ended.
)";

constexpr std::string_view list = R"(LIST [all] [state=running,queued] [limit=1000] [after=<ticket>]
  The jobs submitted at this node, or with all in the cluster, newest first: +OK count= more=, a
  line for each with the fields of STATUS between TABs, and a line with a dot. With more=1 go
  on with after= and the last ticket you got. limit= goes up to 10000.
)";

constexpr std::string_view nodes = R"(NODES
  +OK count= more=0, a line for each node (node= state= slots= running= queued= done= address= ...),
  and a line with a dot.
)";

constexpr std::string_view stats = R"(STATS
  +OK count= more=0, a line for each figure of the cluster (running= queued= spread= ...), and
  a line with a dot.
)";

constexpr std::string_view retire = R"(RETIRE <code>
  For an operator: the node whose tickets begin with <code>- is dead for good. The cluster drops its
  unfinished jobs and no longer keeps results for it: +OK code=. -CONFLICT while that node is
  connected; -NOT_FOUND if the proxy has never met it. If it comes back after all, with its data,
  it is taken in again and its jobs run; those that had started already run a second time.
)";

constexpr std::string_view auth = R"(AUTH <token>
  +OK name= rights=submit,read,... where the node asks for tokens: it comes first, once in a session.
  submit: SUBMIT CALL SLEEP CANCEL FORGET. read: STATUS RESULT WAIT LIST NODES STATS. admin: RETIRE.
  Other clients' jobs are not there for you, unless you have the right all.
  -DENIED for a wrong token, after a pause; the third closes the connection. Without a token there
  are PING, VERSION, HELP and QUIT.
)";

constexpr std::string_view ping = R"(PING
  +OK pong
)";

constexpr std::string_view version = R"(VERSION
  +OK evenkeel=<version> protocol=1
)";

constexpr std::string_view help = R"(HELP [verb]
  This; also HELP original, states, errors, limits.
)";

constexpr std::string_view quit = R"(QUIT
  +OK bye after all replies, then the connection is closed.
)";

constexpr std::string_view original = R"(The session of the original system:
<ms>        a sleep of so many milliseconds: Ticket ID: <ticket>
r<ticket>   its result: Result: <text>
getall      Results, a line <ticket> -> <result> for each job of this node, an empty line
exit        closes the connection
)";

constexpr std::string_view states = R"(queued      waits for a slot
assigned    given to a node, not started there
running     runs
done        ended with exit 0
failed      ended with another exit (exit=) or by a signal (signal=); it has a result like any other
cancelled   by CANCEL
lost        a once=1 job whose only start is gone
)";

constexpr std::string_view errors =
    R"(-BAD_REQUEST   not understood; the text says what to write instead
-NOT_FOUND     no such job: its own node says so
-NOT_READY     not ended yet (try again later)
-CONFLICT      does not fit the state of the job or session
-TOO_BIG       over a limit
-BUSY          a limit of this node is reached for now (try again later)
-UNAVAILABLE   who could answer cannot be reached now (try again later)
-DENIED        not allowed: AUTH first, or another token
-INTERNAL      a defect of evenkeel
)";

constexpr std::string_view limits =
    R"(line            65536 bytes; over it -TOO_BIG, and the connection is closed
body            1048576 bytes; likewise
key=            1 to 255 bytes, no NUL
until=          a word of 1 to 255 bytes
requests        1000 unanswered ones are read ahead, 100 of them WAITs; then reading pauses
WAIT ALL        1000000 tickets
LIST            10000 jobs at a time
SLEEP           2147483647 ms
WAIT            1000000000 seconds
)";

constexpr std::array topics = {
    help_topic{"", overview},       help_topic{"submit", submit}, help_topic{"call", call},
    help_topic{"sleep", sleep},     help_topic{"status", status}, help_topic{"result", result},
    help_topic{"wait", wait},       help_topic{"cancel", cancel}, help_topic{"forget", forget},
    help_topic{"list", list},       help_topic{"nodes", nodes},   help_topic{"stats", stats},
    help_topic{"retire", retire},   help_topic{"auth", auth},     help_topic{"ping", ping},
    help_topic{"version", version}, help_topic{"help", help},     help_topic{"quit", quit},
    help_topic{"getall", original}, help_topic{"exit", original}, help_topic{"original", original},
    help_topic{"states", states},   help_topic{"errors", errors}, help_topic{"limits", limits},
};

} // namespace

std::string_view help_text(std::string_view topic) {
  const auto found = std::find_if(topics.begin(), topics.end(), [topic](const help_topic& one) {
    return same_word(one.name, topic);
  });
  return found == topics.end() ? std::string_view{} : found->text;
}

} // namespace evenkeel::core
