-- The load of one run: wrk -s records.lua URL -- METHOD PATH CREDENTIAL RUN
--
-- POST creates users or groups, each with a name of its own. CREDENTIAL is the Authorization header; a `*`
-- in it makes another credential every 4,000 requests, for servers that count requests by
-- credential. RUN sets the logins and credentials of this run apart from those of others.

local PER_CREDENTIAL = 4000
local method, path, body, credential, run
local template
local sent = 0

local function written()
  local number = math.floor(sent / PER_CREDENTIAL)
  local headers = { Authorization = credential:gsub("%*", run .. "-" .. number) }
  headers["Accept"] = "application/json"
  if body then headers["Content-Type"] = "application/json" end
  return wrk.format(method, path, headers, body)
end

function init(args)
  method, path, credential, run = args[1], args[2], args[3], args[4]
  if method == "POST" then
    -- The number of the request takes the place of @@@@@@@@: the length stays as it is.
    if path:find("groups", 1, true) then
      body = '{"profile":{"name":"' .. run .. '-@@@@@@@@","description":"made by a load test"}}'
    else
      local login = run .. "-@@@@@@@@@example.com"
      body = '{"profile":{"firstName":"Grace","lastName":"Hopper","email":"' .. login
        .. '","login":"' .. login .. '"}}'
    end
  end
end

function request()
  if sent % PER_CREDENTIAL == 0 and (not template or credential:find("*", 1, true)) then
    template = written()
  end
  sent = sent + 1
  if not body then return template end
  return (template:gsub("@@@@@@@@", string.format("%08d", sent)))
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    "figures %d %d %d %d\n", summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout
  ))
end
