-- For wrk: sends the requests of a file, one after the other and round again, each with a token of its own, and maybe one
-- field more, and prints what came of it as numbers: requests a second, median and 99th percentile in milliseconds, how
-- many failed, and the bytes of a response, with its fields.
--
-- All requests are made before the first is sent. There is no response(), which would cost wrk more than the request:
-- wrk counts the statuses above 399 itself.

local requests = {}
local position = 0

function init(arguments)
    for line in io.lines(arguments[1]) do
        local token, target, more = line:match("^(%S+) (%S+) ?(.*)$")
        local fields = { Host = wrk.headers["Host"], Authorization = "Bearer " .. token }
        local name, value = more:match("^(%S+): (.+)$")
        if name then fields[name] = value end
        requests[#requests + 1] = wrk.format("GET", target, fields)
    end
end

function request()
    position = position % #requests + 1
    return requests[position]
end

function done(summary, latency)
    local errors = summary.errors
    local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
    io.write(string.format("result %.2f %.3f %.3f %d %.0f\n", summary.requests / summary.duration * 1e6,
        latency:percentile(50) / 1000, latency:percentile(99) / 1000, failed, summary.bytes / math.max(summary.requests, 1)))
end
