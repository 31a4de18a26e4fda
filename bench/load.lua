-- One wrk thread: picks tenant, token and deal at random for every request. Arguments: the world file.
-- Each line of the world: <host>\t<header name>\t<header value>
local targets, active, left = {}, {}, {}
local kind, first_deal, deals, stages, port, slots, burst
local stage_of = {}

function init(args)
    kind, port = args[2], args[3]
    first_deal, deals = tonumber(args[4]), tonumber(args[5])
    stages = {}
    for id in string.gmatch(args[6], "[^,]+") do stages[#stages + 1] = tonumber(id) end
    slots, burst = tonumber(args[7]), tonumber(args[8])
    for line in io.lines(args[1]) do
        local host, name, value = string.match(line, "([^\t]*)\t([^\t]*)\t(.*)")
        targets[#targets + 1] = { host = host, name = name, value = value }
    end
    math.randomseed(tonumber(args[9]))
end

-- With slots: the same few tenants stay busy for `burst` requests each, however many there are in all.
local function pick()
    if slots == 0 then return math.random(#targets) end
    local slot = math.random(slots)
    if (left[slot] or 0) <= 0 then
        active[slot], left[slot] = math.random(#targets), burst
    end
    left[slot] = left[slot] - 1
    return active[slot]
end

function request()
    local number = pick()
    local target = targets[number]
    local headers = { ["Host"] = target.host, [target.name] = target.value }
    local id = first_deal + math.random(0, deals - 1)
    if kind == "get" then return wrk.format("GET", "/api/v4/leads/" .. id, headers) end
    headers["Content-Type"] = "application/json"
    if kind == "create" then
        local stage = stages[math.random(#stages)]
        return wrk.format("POST", "/api/v4/leads", headers,
            '[{"name":"Сделка ' .. id .. '","price":' .. (id * 10) .. ',"status_id":' .. stage .. "}]")
    end
    if kind == "move" then
        -- Always to another stage than the last: a move to the same one is no move.
        local key = number * 1000000 + id
        local at = (stage_of[key] or 0) % #stages + 1
        stage_of[key] = at
        return wrk.format("PATCH", "/api/v4/leads/" .. id, headers,
            '{"status_id":' .. stages[at] .. "}")
    end
    headers["Sec-Fetch-Site"] = "same-origin"
    local stage = stages[math.random(#stages)]
    local path = string.gsub(kind, "STAGE", tostring(stage))
    return wrk.format("GET", path, headers)
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '\nRESULT {"requests": %d, "seconds": %f, "p99_ms": %f, "refused": %d, "broken": %d}\n',
        summary.requests, summary.duration / 1e6, latency:percentile(99) / 1e3, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout))
end
