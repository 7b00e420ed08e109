-- One case of the load: wrk -s users.lua URL -- CASE CREDENTIAL USER RUN
--
-- CASE is get, list or create. CREDENTIAL is the Authorization header; a `*` in it makes another
-- credential every 4,000 requests, for servers that count requests by credential. USER is the id
-- that `get` asks for. RUN sets the logins (and credentials) of this run apart from others'.

local PER_CREDENTIAL = 4000
local method, path, body, credential, run
local template
local sent = 0

local function authorization()
  local number = math.floor(sent / PER_CREDENTIAL)
  return (credential:gsub("%*", run .. "-" .. number))
end

local function written()
  local headers = { Authorization = authorization(), Accept = "application/json" }
  if body then headers["Content-Type"] = "application/json" end
  return wrk.format(method, path, headers, body)
end

function init(args)
  local case, user = args[1], args[3]
  credential, run = args[2], args[4]
  method, path = "GET", "/api/v1/users"
  if case == "get" then
    path = path .. "/" .. user
  elseif case == "list" then
    path = path .. "?limit=20"
  elseif case == "create" then
    method = "POST"
    -- The number of the request takes the place of @@@@@@@@: every login is another, of one length.
    local login = run .. "-@@@@@@@@@example.com"
    body = '{"profile":{"firstName":"Grace","lastName":"Hopper","email":"' .. login
      .. '","login":"' .. login .. '"}}'
  else
    error("no such case: " .. case)
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
