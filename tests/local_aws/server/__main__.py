# ruff: noqa
"""Local AWS for tests: ministack 1.5.33 (S3, Glue catalog API, Athena API, IAM, STS) with
  * a Glue crawler that really reads S3 and writes tables and partitions, and
  * an Athena engine that runs Trino SQL (sqlglot athena -> duckdb) over the REGISTERED Glue partitions only.
Run:  GATEWAY_PORT=4566 BIND_HOST=127.0.0.1 IOT_MTLS_ENABLED=0 python local_aws.py
It replaces private functions of ministack: pin the version exactly."""

import asyncio, base64, contextvars, csv, datetime as dt, decimal, fnmatch, importlib.metadata, io, json, logging, os, re, shutil, tempfile, threading, time
from collections import OrderedDict
from urllib.parse import unquote, urlparse
import duckdb, sqlglot, pyarrow as pa, pyarrow.parquet as pq
from sqlglot import exp
import ministack.services.athena as A, ministack.services.glue as G, ministack.services.s3 as S
from ministack.core.responses import error_response_json, json_response, new_uuid

assert importlib.metadata.version("ministack") == "1.5.33", "the patches below were proven on ministack 1.5.33 only"
logging.getLogger("sqlglot").setLevel(logging.ERROR)
log = logging.getLogger("local_aws")
CRAWL_SECONDS = float(os.environ.get("CRAWL_SECONDS", "1"))  # the least time a crawl stays RUNNING


class QueryError(Exception):
    pass


# ---------------------------------------------------------------- S3 access (internal store, caller's account scope)
def s3split(url):
    p = urlparse(url)
    return p.netloc, p.path.lstrip("/")


def s3keys(bucket, prefix):
    b = S._buckets.get(bucket)
    if b is None:
        raise QueryError(f"HIVE_METASTORE_ERROR: bucket {bucket} does not exist")
    return sorted(k for k in list(b["objects"]) if k.startswith(prefix) and not k.endswith("/"))


def s3get(bucket, key):
    return S._get_object_data(bucket, key)


def s3put(bucket, key, data, ctype="application/octet-stream"):
    r = S._put_object(bucket, key, data, {"content-type": ctype, "content-length": str(len(data))})
    if isinstance(r, tuple) and r[0] >= 300:
        raise QueryError(f"GENERIC_USER_ERROR: cannot write s3://{bucket}/{key}: {r[2][:200]}")


def hidden(rel):
    return any(p.startswith(("_", ".")) for p in rel.split("/"))


# ---------------------------------------------------------------- types
def hive_of_arrow(t):
    T = pa.types
    if T.is_dictionary(t):
        return hive_of_arrow(t.value_type)
    if T.is_boolean(t):
        return "boolean"
    if T.is_int8(t):
        return "tinyint"
    if T.is_int16(t) or T.is_uint8(t):
        return "smallint"
    if T.is_int32(t) or T.is_uint16(t):
        return "int"
    if T.is_integer(t):
        return "bigint"
    if T.is_float32(t):
        return "float"
    if T.is_floating(t):
        return "double"
    if T.is_decimal(t):
        return f"decimal({t.precision},{t.scale})"
    if T.is_timestamp(t):
        return "timestamp"
    if T.is_date(t):
        return "date"
    if T.is_binary(t) or T.is_large_binary(t):
        return "binary"
    if T.is_struct(t):
        return "struct<" + ",".join(f"{f.name}:{hive_of_arrow(f.type)}" for f in t) + ">"
    if T.is_map(t):
        return f"map<{hive_of_arrow(t.key_type)},{hive_of_arrow(t.item_type)}>"
    if T.is_list(t) or T.is_large_list(t):
        return f"array<{hive_of_arrow(t.value_type)}>"
    return "string"


def split_top(s, sep=","):
    out, d, cur = [], 0, ""
    for ch in s:
        if ch in "<(":
            d += 1
        if ch in ">)":
            d -= 1
        if ch == sep and d == 0:
            out.append(cur)
            cur = ""
        else:
            cur += ch
    return out + [cur] if cur else out


_D = dict(
    boolean="BOOLEAN",
    tinyint="TINYINT",
    smallint="SMALLINT",
    int="INTEGER",
    integer="INTEGER",
    bigint="BIGINT",
    float="FLOAT",
    real="FLOAT",
    double="DOUBLE",
    date="DATE",
    timestamp="TIMESTAMP",
    binary="BLOB",
    varbinary="BLOB",
    string="VARCHAR",
)


def duck_of_hive(t):
    t = t.strip().lower()
    if t.startswith("array<"):
        return duck_of_hive(t[6:-1]) + "[]"
    if t.startswith("map<"):
        k, v = split_top(t[4:-1])
        return f"MAP({duck_of_hive(k)}, {duck_of_hive(v)})"
    if t.startswith("struct<"):
        return (
            "STRUCT("
            + ", ".join(
                f'"{f.split(":", 1)[0].strip()}" {duck_of_hive(f.split(":", 1)[1])}' for f in split_top(t[7:-1])
            )
            + ")"
        )
    if t.startswith("decimal"):
        return "DECIMAL" + t[7:] if "(" in t else "DECIMAL(10,0)"
    return _D.get(t.split("(")[0], "VARCHAR")


def athena_of_duck(t):
    t = str(t).upper()
    if t.endswith("[]"):
        return "array"
    b = t.split("(")[0].strip()
    return {
        "BOOLEAN": "boolean",
        "TINYINT": "tinyint",
        "SMALLINT": "smallint",
        "INTEGER": "integer",
        "BIGINT": "bigint",
        "HUGEINT": "bigint",
        "UBIGINT": "bigint",
        "UINTEGER": "bigint",
        "FLOAT": "float",
        "DOUBLE": "double",
        "DECIMAL": "decimal",
        "DATE": "date",
        "TIMESTAMP": "timestamp",
        "TIMESTAMP_NS": "timestamp",
        "TIMESTAMP_MS": "timestamp",
        "TIMESTAMP_S": "timestamp",
        "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
        "BLOB": "varbinary",
        "STRUCT": "row",
        "MAP": "map",
        "JSON": "json",
        "TIME": "time",
        "INTERVAL": "interval day to second",
    }.get(b, "varchar")


def text(v):
    if v is None:
        return None
    if isinstance(v, bool):
        return "true" if v else "false"
    if isinstance(v, dt.datetime):
        return v.strftime("%Y-%m-%d %H:%M:%S.") + f"{v.microsecond // 1000:03}" + (" UTC" if v.tzinfo else "")
    if isinstance(v, (bytes, bytearray)):
        return " ".join(f"{b:02x}" for b in v)
    if isinstance(v, (list, tuple)):
        return "[" + ", ".join("null" if x is None else text(x) for x in v) + "]"
    if isinstance(v, dict):
        return "{" + ", ".join(f"{text(k)}={'null' if x is None else text(x)}" for k, x in v.items()) + "}"
    if isinstance(v, float):
        return "NaN" if v != v else "Infinity" if v == float("inf") else "-Infinity" if v == float("-inf") else repr(v)
    return str(v)


# ---------------------------------------------------------------- Glue crawler
PQ = dict(
    InputFormat="org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    OutputFormat="org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    SerdeInfo={
        "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
        "Parameters": {"serialization.format": "1"},
    },
)
TXT = dict(
    InputFormat="org.apache.hadoop.mapred.TextInputFormat",
    OutputFormat="org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
)


def widen(a, b):
    if a == b or not b:
        return a  # "" = only nulls seen so far
    if not a:
        return b
    order = ["tinyint", "smallint", "int", "bigint", "float", "double"]
    if a in order and b in order:
        return order[max(order.index(a), order.index(b))]
    if a.startswith("struct<") and b.startswith("struct<"):
        m = OrderedDict()
        for s in (a, b):
            for f in split_top(s[7:-1]):
                k, v = f.split(":", 1)
                m[k] = widen(m.get(k), v)
        return "struct<" + ",".join(f"{k}:{v}" for k, v in m.items()) + ">"
    if a.startswith("array<") and b.startswith("array<"):
        return f"array<{widen(a[6:-1], b[6:-1])}>"
    return "string"


def hive_of_json(v):
    if v is None:
        return ""
    if isinstance(v, bool):
        return "boolean"
    if isinstance(v, int):
        return "int" if -(2**31) <= v < 2**31 else "bigint"
    if isinstance(v, float):
        return "double"
    if isinstance(v, list):
        t = ""
        for x in v:
            t = widen(t, hive_of_json(x))
        return f"array<{t}>"
    if isinstance(v, dict):
        return "struct<" + ",".join(f"{k.lower()}:{hive_of_json(x)}" for k, x in v.items()) + ">"
    return "string"


def csv_type(vals):
    vals = [v for v in vals if v != ""]

    def all_(f):
        try:
            [f(v) for v in vals]
            return bool(vals)
        except ValueError:
            return False

    if all_(int):
        return "bigint"
    if all_(float):
        return "double"
    if vals and all(v.lower() in ("true", "false") for v in vals):
        return "boolean"
    return "string"


def infer(key, data):
    """(classification, columns, storage, table parameters, record count) of one object"""
    if data[:4] == b"PAR1":
        f = pq.ParquetFile(io.BytesIO(data))
        return (
            "parquet",
            OrderedDict((c.name.lower(), hive_of_arrow(c.type)) for c in f.schema_arrow),
            PQ,
            {},
            f.metadata.num_rows,
        )
    head = data.decode("utf-8", "replace")
    lines = [l for l in head.splitlines() if l.strip()]
    if lines and lines[0].lstrip()[:1] in "{[":
        try:
            objs = [json.loads(l) for l in lines]
        except ValueError:
            try:
                objs = json.loads(head)
            except ValueError:
                return None
        objs = objs if isinstance(objs, list) else [objs]
        if objs and isinstance(objs[0], list):
            objs = objs[0]
        cols = OrderedDict()
        for o in objs[:1000]:
            if isinstance(o, dict):
                for k, v in o.items():
                    cols[k.lower()] = widen(cols.get(k.lower()), hive_of_json(v))
        return (
            "json",
            cols,
            dict(
                TXT,
                SerdeInfo={
                    "SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe",
                    "Parameters": {"paths": ",".join(sorted(cols))},
                },
            ),
            {},
            len(objs),
        )
    if lines:
        delim = max(",|\t;", key=lambda d: lines[0].count(d))
        if lines[0].count(delim) == 0:
            return None
        rows = list(csv.reader(lines[:1000], delimiter=delim))
        w = len(rows[0])
        body = [r for r in rows[1:] if len(r) == w]
        header = bool(body) and all(x and csv_type([x]) == "string" for x in rows[0]) and (len(set(rows[0])) == w)
        names = [re.sub(r"\W", "_", x.lower()) for x in rows[0]] if header else [f"col{i}" for i in range(w)]
        src = body if header else [r for r in rows if len(r) == w]
        cols = OrderedDict((n, csv_type([r[i] for r in src])) for i, n in enumerate(names))
        return (
            "csv",
            cols,
            dict(
                TXT,
                SerdeInfo={
                    "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
                    "Parameters": {"field.delim": delim},
                },
            ),
            dict(
                {"delimiter": delim, "columnsOrdered": "true", "areColumnsQuoted": "false"},
                **({"skip.header.line.count": "1"} if header else {}),
            ),
            len(lines) - header,
        )
    return None


def table_root(rel):
    """folder that is the table, and the (key, value) partition folders under it"""
    dirs = rel.split("/")[:-1]
    for i, d in enumerate(dirs):
        if "=" in d:
            return dirs[:i], [
                tuple(map(unquote, x.split("=", 1))) if "=" in x else (f"partition_{j}", x)
                for j, x in enumerate(dirs[i:])
            ]
    return dirs, []


def crawl(cr):
    db = cr["DatabaseName"]
    made = {"tables": 0, "updated": 0, "deleted": 0, "partitions": 0}
    if db not in G._databases:
        G._create_database({"DatabaseInput": {"Name": db}})
    pol = dict(
        {"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "DEPRECATE_IN_DATABASE"},
        **(cr.get("SchemaChangePolicy") or {}),
    )
    seen = set()
    for tgt in (cr.get("Targets") or {}).get("S3Targets", []):
        bucket, prefix = s3split(tgt["Path"])
        prefix = prefix if not prefix or prefix.endswith("/") else prefix + "/"
        groups = OrderedDict()
        for k in s3keys(bucket, prefix):
            rel = k[len(prefix) :]
            if hidden(rel) or any(fnmatch.fnmatch(rel, e.replace("**", "*")) for e in tgt.get("Exclusions", [])):
                continue
            root, parts = table_root(rel)
            groups.setdefault(tuple(root), []).append((k, parts))
        for root, objs in groups.items():
            loc = f"s3://{bucket}/{prefix}" + "".join(r + "/" for r in root)
            base = root[-1] if root else (prefix.rstrip("/").split("/")[-1] or bucket)
            name = (cr.get("TablePrefix") or "") + re.sub(r"[^a-z0-9_]", "_", base.lower())
            cls, cols, sd, params, n, size, plist = None, OrderedDict(), None, {}, 0, 0, OrderedDict()
            for k, parts in objs:
                data = s3get(bucket, k)
                r = infer(k, data) if data else None
                if not r:
                    continue
                if cls and r[0] != cls:
                    continue  # mixed formats: the first one wins
                cls, c, sd, params, cnt = r
                n += cnt
                size += len(data)
                for a, b in c.items():
                    cols[a] = widen(cols.get(a), b)
                if parts:
                    plist.setdefault(tuple(v for _, v in parts), (k.rsplit("/", 1)[0] + "/", c))
                    keys = [p[0].lower() for p in parts]
            if not cls:
                continue
            for a, b in cols.items():
                cols[a] = re.sub(r"(?<=[:<])(?=[,>])", "string", b) or "string"
            if plist:
                cols = OrderedDict((a, b) for a, b in cols.items() if a not in keys)
            seen.add(f"{db}/{name}")
            ti = dict(
                Name=name,
                Owner="owner",
                TableType="EXTERNAL_TABLE",
                Retention=0,
                PartitionKeys=[{"Name": x, "Type": "string"} for x in keys] if plist else [],
                Parameters=dict(
                    params,
                    classification=cls,
                    typeOfData="file",
                    compressionType="none",
                    objectCount=str(len(objs)),
                    recordCount=str(n),
                    sizeKey=str(size),
                    averageRecordSize=str(size // max(n, 1)),
                    UPDATED_BY_CRAWLER=cr["Name"],
                    CrawlerSchemaSerializerVersion="1.0",
                    CrawlerSchemaDeserializerVersion="1.0",
                ),
                StorageDescriptor=dict(
                    sd,
                    Columns=[{"Name": a, "Type": b} for a, b in cols.items()],
                    Location=loc,
                    Compressed=False,
                    NumberOfBuckets=-1,
                    BucketColumns=[],
                    SortColumns=[],
                    StoredAsSubDirectories=False,
                ),
            )
            old = G._tables.get(f"{db}/{name}")
            if old is None:
                G._create_table({"DatabaseName": db, "TableInput": ti})
                made["tables"] += 1
            elif pol["UpdateBehavior"] == "UPDATE_IN_DATABASE":
                oc = OrderedDict((x["Name"], x["Type"]) for x in old["StorageDescriptor"]["Columns"])
                for a, b in cols.items():
                    oc[a] = b
                ti["StorageDescriptor"]["Columns"] = [
                    {"Name": a, "Type": b} for a, b in oc.items() if a in cols or pol["DeleteBehavior"] == "LOG"
                ]
                if ti["StorageDescriptor"]["Columns"] != old["StorageDescriptor"]["Columns"]:
                    made["updated"] += 1
                G._update_table({"DatabaseName": db, "TableInput": ti})
            have = {tuple(p["Values"]) for p in G._partitions.get(f"{db}/{name}", [])}
            new = [
                dict(
                    Values=list(v),
                    StorageDescriptor=dict(
                        ti["StorageDescriptor"],
                        Location=f"s3://{bucket}/{l}",
                        Columns=[{"Name": a, "Type": b} for a, b in c.items()],
                    ),
                )
                for v, (l, c) in plist.items()
                if v not in have
            ]
            if new:
                G._batch_create_partition({"DatabaseName": db, "TableName": name, "PartitionInputList": new})
                made["partitions"] += len(new)
            if pol["DeleteBehavior"] == "DELETE_FROM_DATABASE" and have - set(plist):
                G._partitions[f"{db}/{name}"] = [
                    p for p in G._partitions[f"{db}/{name}"] if tuple(p["Values"]) in plist
                ]
    for key in [
        k
        for k, t in list(G._tables.items())
        if (t.get("Parameters") or {}).get("UPDATED_BY_CRAWLER") == cr["Name"]
        and k.startswith(db + "/")
        and k not in seen
    ]:
        if pol["DeleteBehavior"] == "DELETE_FROM_DATABASE":
            G._tables.pop(key, None)
            made["deleted"] += 1
        elif pol["DeleteBehavior"] == "DEPRECATE_IN_DATABASE":
            G._tables[key]["Parameters"]["DEPRECATED_BY_CRAWLER"] = str(int(time.time() * 1000))
    return made


def start_crawler(data):
    name = data.get("Name")
    cr = G._crawlers.get(name)
    if not cr:
        return error_response_json("EntityNotFoundException", f"Crawler entry with name {name} does not exist", 400)
    if cr["State"] != "READY":
        return error_response_json("CrawlerRunningException", f"Crawler with name {name} has already started", 400)
    cr["State"] = "RUNNING"
    t0 = time.time()

    def work():
        st, msg, made = "SUCCEEDED", None, {}
        try:
            made = crawl(cr)
        except Exception as e:
            st, msg = "FAILED", f"{type(e).__name__}: {e}"
            log.exception("crawl %s", name)
        time.sleep(max(0, CRAWL_SECONDS - (time.time() - t0)))
        cr["State"] = "STOPPING"
        time.sleep(min(0.3, CRAWL_SECONDS))
        cr["CrawlElapsedTime"] = int((time.time() - t0) * 1000)
        cr["LastCrawl"] = dict(
            {
                "Status": st,
                "LogGroup": "/aws-glue/crawlers",
                "LogStream": name,
                "MessagePrefix": new_uuid(),
                "StartTime": t0,
            },
            **({"ErrorMessage": msg} if msg else {}),
        )
        cr["_made"] = made
        cr["State"] = "READY"

    threading.Thread(target=contextvars.copy_context().run, args=(work,), daemon=True).start()
    return json_response({})


def get_crawler_metrics(data):
    out = []
    for n in data.get("CrawlerNameList") or list(G._crawlers):
        c = G._crawlers.get(n)
        m = (c or {}).get("_made") or {}
        if c:
            out.append(
                dict(
                    CrawlerName=n,
                    TimeLeftSeconds=0.0,
                    StillEstimating=False,
                    LastRuntimeSeconds=c["CrawlElapsedTime"] / 1000,
                    MedianRuntimeSeconds=c["CrawlElapsedTime"] / 1000,
                    TablesCreated=m.get("tables", 0),
                    TablesUpdated=m.get("updated", 0),
                    TablesDeleted=m.get("deleted", 0),
                )
            )
    return json_response({"CrawlerMetricsList": out})


def get_partitions(data):
    key = f"{data.get('DatabaseName')}/{data.get('TableName')}"
    if key not in G._tables:
        return error_response_json("EntityNotFoundException", f"Table {data.get('TableName')} not found.", 400)
    ps, e = G._partitions.get(key, []), data.get("Expression")
    if e and ps:
        ks = G._tables[key]["PartitionKeys"]
        c = duckdb.connect()
        c.execute(
            "CREATE TABLE p(i INTEGER, " + ", ".join(f'"{k["Name"]}" {duck_of_hive(k["Type"])}' for k in ks) + ")"
        )
        c.executemany(
            f"INSERT INTO p VALUES ({','.join('?' * (len(ks) + 1))})", [[i, *p["Values"]] for i, p in enumerate(ps)]
        )
        try:
            ps = [ps[i] for (i,) in c.execute(f"SELECT i FROM p WHERE {e} ORDER BY i").fetchall()]
        except duckdb.Error as x:
            return error_response_json("InvalidInputException", f"Unsupported expression '{e}': {x}", 400)
    return json_response({"Partitions": ps})


# ---------------------------------------------------------------- Athena engine
MACROS = [
    "CREATE MACRO to_iso8601(x) AS strftime(x, '%Y-%m-%dT%H:%M:%S.%g') || 'Z'",
    "CREATE MACRO from_iso8601_date(x) AS CAST(x AS DATE)",
    "CREATE MACRO format_datetime(x, f) AS strftime(x, replace(replace(replace(replace(replace(replace(f, 'yyyy', '%Y'), 'MM', '%m'), 'dd', '%d'), 'HH', '%H'), 'mm', '%M'), 'ss', '%S'))",
]
PARQUET_OK = {
    ("int", "bigint"),
    ("smallint", "int"),
    ("smallint", "bigint"),
    ("tinyint", "int"),
    ("tinyint", "bigint"),
    ("float", "double"),
}


def low_json(data):  # org.openx JsonSerDe is case-insensitive by default
    def low(v):
        return (
            {k.lower(): low(x) for k, x in v.items()}
            if isinstance(v, dict)
            else [low(x) for x in v]
            if isinstance(v, list)
            else v
        )

    out = []
    for l in data.decode("utf-8").splitlines():
        if not l.strip():
            continue
        try:
            o = json.loads(l)
        except ValueError:
            raise QueryError(f"HIVE_CURSOR_ERROR: Row is not a valid JSON Object - JSONException: {l[:60]}")
        if not isinstance(o, dict):
            raise QueryError(
                f"HIVE_CURSOR_ERROR: Row is not a valid JSON Object - JSONException: A JSONObject text must begin with '{{' at 1"
            )
        out.append(json.dumps(low(o)))
    return ("\n".join(out) + "\n").encode()


class Engine:
    def __init__(self, ex, db):
        self.ex, self.db, self.scanned, self.dirs, self.loaded = ex, db or "default", 0, [], set()
        self.c = duckdb.connect(":memory:")
        c = self.c
        for s in (
            "SET TimeZone='UTC'",
            "SET integer_division=true",
            "SET memory_limit='2GB'",
            "SET disabled_optimizers='type_pushdown'",
            "ATTACH ':memory:' AS awsdatacatalog",
            *[f'CREATE SCHEMA awsdatacatalog."{d}"' for d in list(G._databases)],
        ):
            try:
                c.execute(s)
            except duckdb.Error as e:
                log.debug("%s: %s", s, e)
        if self.db in G._databases:
            c.execute(f'USE awsdatacatalog."{self.db}"')
        for m in MACROS:
            c.execute("CREATE OR REPLACE TEMP MACRO" + m[len("CREATE MACRO") :])

    def close(self):
        self.c.close()
        for d in self.dirs:
            shutil.rmtree(d, ignore_errors=True)

    def tmp(self):
        d = tempfile.mkdtemp(prefix="local-athena-")
        self.dirs.append(d)
        return d

    # -- catalog
    def table(self, db, name):
        t = G._tables.get(f"{db}/{name}")
        if not t:
            raise QueryError(f"TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.{db}.{name}' does not exist")
        return t

    def load(self, db, name, want_path):
        if (db, name) in self.loaded:
            return
        self.loaded.add((db, name))
        t = self.table(db, name)
        q = f'awsdatacatalog."{db}"."{name}"'
        if t.get("TableType") == "VIRTUAL_VIEW":
            sql = json.loads(base64.b64decode(re.search(r"Presto View: (\S+)", t["ViewOriginalText"]).group(1)))[
                "originalSql"
            ]
            self.c.execute(f"CREATE VIEW {q} AS {self.translate(sql, want_path)}")
            return
        sd, keys = t["StorageDescriptor"], [(k["Name"], k["Type"]) for k in t.get("PartitionKeys") or []]
        cols = [(x["Name"], x["Type"]) for x in sd.get("Columns") or []]
        fmt = A._data_format(t)
        parts = (
            [(p["StorageDescriptor"]["Location"], p["Values"]) for p in G._partitions.get(f"{db}/{name}", [])]
            if keys
            else [(sd["Location"], [])]
        )
        root, rows = self.tmp(), []
        for i, (loc, vals) in enumerate(parts):
            b, p = s3split(loc)
            p = p if p.endswith("/") or not p else p + "/"
            for j, k in enumerate(k for k in s3keys(b, p) if not hidden(k[len(p) :])):
                data = s3get(b, k)
                if not data:
                    continue
                self.scanned += len(data)
                data = low_json(data) if fmt == "json" else data
                fn = f"{root}/{i}_{j}" + (".gz" if k.endswith(".gz") else "")
                open(fn, "wb").write(data)
                rows.append((fn, f"s3://{b}/{k}", vals))
                if fmt == "parquet":
                    have = {f.name.lower(): hive_of_arrow(f.type) for f in pq.read_schema(fn)}
                    for a, h in cols:
                        g = have.get(a.lower())
                        if (
                            g
                            and g != h.lower()
                            and (g, h.lower()) not in PARQUET_OK
                            and not (g.startswith("struct") or g.startswith("decimal"))
                        ):
                            raise QueryError(
                                f"HIVE_BAD_DATA: Field {a}'s type {g.upper()} in parquet file s3://{b}/{k} is incompatible with type {h} defined in table schema"
                            )
        decl = [f'"{a}" {duck_of_hive(h)}' for a, h in cols + keys]
        if not rows:
            self.c.execute(f"CREATE TABLE {q} ({', '.join(decl)})")
            return
        self.c.execute(
            f'CREATE TABLE awsdatacatalog."{db}"."__f_{name}" (__fn VARCHAR, "$path" VARCHAR'
            + "".join(f', "{a}" {duck_of_hive(h)}' for a, h in keys)
            + ")"
        )
        self.c.executemany(
            f'INSERT INTO awsdatacatalog."{db}"."__f_{name}" VALUES (?, ?' + ", ?" * len(keys) + ")",
            [[f, p, *v] for f, p, v in rows],
        )
        fl = A._sql_list([r[0] for r in rows])
        ser = sd.get("SerdeInfo") or {}
        lib, pr = ser.get("SerializationLibrary") or "", ser.get("Parameters") or {}
        if fmt == "parquet":
            have = {f.name.lower() for r in rows for f in pq.read_schema(r[0])}
            rel, proj = (
                f"read_parquet({fl}, union_by_name=true, filename='__fn', hive_partitioning=false)",
                [
                    f'CAST(t."{a}" AS {duck_of_hive(h)}) AS "{a}"'
                    if a.lower() in have
                    else f'CAST(NULL AS {duck_of_hive(h)}) AS "{a}"'
                    for a, h in cols
                ],
            )
        elif fmt == "json":
            rel, proj = (
                f"read_json({fl}, format='newline_delimited', filename='__fn', hive_partitioning=false, columns={{"
                + ", ".join(f"'{a}': '{duck_of_hive(h)}'" for a, h in cols)
                + "})",
                [f't."{a}"' for a, _ in cols],
            )
        elif fmt == "csv":
            lazy = "LazySimple" in lib
            delim = pr.get("field.delim") or pr.get("separatorChar") or pr.get("serialization.format") or ","
            delim = "\x01" if delim == "1" else delim
            skip = int((t.get("Parameters") or {}).get("skip.header.line.count", 0))
            quote = "" if lazy else pr.get("quoteChar", '"')
            rel = (
                f"read_csv({fl}, auto_detect=false, header=false, skip={skip}, delim={self.lit(delim)}, quote={self.lit(quote)}, escape={self.lit(quote)}, null_padding=true, strict_mode=false, filename='__fn', hive_partitioning=false, columns={{"
                + ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(cols)))
                + "})"
            )
            proj = [
                (
                    f'TRY_CAST(t."c{i}" AS {duck_of_hive(h)})'
                    if lazy
                    else f"""CAST(NULLIF(t."c{i}", '') AS {duck_of_hive(h)})"""
                )
                + f' AS "{a}"'
                if duck_of_hive(h) != "VARCHAR"
                else f't."c{i}" AS "{a}"'
                for i, (a, h) in enumerate(cols)
            ]
        else:
            raise QueryError(f"HIVE_UNSUPPORTED_FORMAT: {fmt} is not emulated here")
        self.c.execute(
            f'CREATE VIEW {q} AS SELECT {", ".join(proj + [f"""f."{a}" """ for a, _ in keys])}{""", f."$path" """ if want_path else ""} FROM {rel} t JOIN awsdatacatalog."{db}"."__f_{name}" f USING (__fn)'
        )

    @staticmethod
    def lit(s):
        return "'" + s.replace("'", "''") + "'"

    def translate(self, sql, want_path=None):
        want_path = '"$path"' in sql if want_path is None else want_path
        try:
            tree = sqlglot.parse_one(sql, read="athena")
        except sqlglot.errors.SqlglotError as e:
            raise QueryError(f"SYNTAX_ERROR: {str(e)[:300]}")
        ctes = {c.alias_or_name.lower() for c in tree.find_all(exp.CTE)}
        for t in tree.find_all(exp.Table):
            if not t.name or isinstance(t.this, exp.Func) or (not t.db and t.name.lower() in ctes):
                continue
            if t.db.lower() == "information_schema":
                for k, g in list(G._tables.items()):
                    d, n = k.split("/", 1)
                    o = (
                        ", ".join(
                            f'"{x["Name"]}" {duck_of_hive(x["Type"])}'
                            for x in (g["StorageDescriptor"].get("Columns") or []) + (g.get("PartitionKeys") or [])
                        )
                        or "x INTEGER"
                    )
                    if (d, n) not in self.loaded:
                        self.loaded.add((d, n))
                        self.c.execute(f'CREATE TABLE IF NOT EXISTS awsdatacatalog."{d}"."{n}" ({o})')
                continue
            self.load((t.db or self.db).lower(), t.name.lower(), want_path)
        return tree.sql(dialect="duckdb")

    def select(self, sql):
        s = self.translate(sql)
        try:
            return self.c.execute(s)
        except duckdb.Error as e:
            m = str(e)
            code = (
                "COLUMN_NOT_FOUND"
                if "Referenced column" in m
                else "FUNCTION_NOT_FOUND"
                if "Function with name" in m
                else "TYPE_MISMATCH"
                if "Binder" in m
                else "HIVE_BAD_DATA"
                if "Malformed JSON" in m or "Conversion" in m
                else "GENERIC_USER_ERROR"
            )
            raise QueryError(f"{code}: {m[:400]}")

    def rows(self, cur):
        d = cur.description or []
        return dict(
            columns=[x[0] for x in d],
            column_types=[athena_of_duck(x[1]) for x in d],
            rows=[[text(v) for v in r] for r in cur.fetchall()] if d else [],
        )

    def lines(self, name, vals):
        return dict(columns=[name], column_types=["string"], rows=[[v] for v in vals])

    # -- writes
    def write(self, sql, location, fmt="parquet", partitioned_by=()):
        """SELECT -> files under an s3 location; returns (columns, {values: [keys]})"""
        cur = self.select(f"SELECT * FROM ({sql}) LIMIT 0")
        cols = [(x[0].lower(), x[1]) for x in cur.description]
        b, p = s3split(location)
        p = p.rstrip("/") + "/"
        out = self.tmp()
        f = {
            "parquet": "FORMAT parquet",
            "json": "FORMAT json",
            "textfile": "FORMAT csv, HEADER false, DELIMITER '\x01'",
            "csv": "FORMAT csv, HEADER false",
        }.get(fmt.lower())
        if not f:
            raise QueryError(f"NOT_SUPPORTED: format {fmt} is not emulated here")
        tr, ext = self.translate(sql), fmt.lower()
        by = f", PARTITION_BY ({', '.join(partitioned_by)})" if partitioned_by else ""
        self.c.execute(f"COPY ({tr}) TO '{out}/{'d' if by else 'part.' + ext}' ({f}{by})")
        done = {}
        for d, _, fs in os.walk(out):
            for x in fs:
                rel = os.path.relpath(d, out)
                vals = tuple(unquote(s.split("=", 1)[1]) for s in rel.split("/") if "=" in s) if by else ()
                key = p + (rel[2:] + "/" if by else "") + f"{time.strftime('%Y%m%d_%H%M%S')}_{new_uuid()[:8]}.{ext}"
                s3put(b, key, open(f"{d}/{x}", "rb").read())
                done.setdefault(vals, []).append(key)
        return cols, done

    def register(self, db, name, location, vals):
        t = G._tables[f"{db}/{name}"]
        keys = [k["Name"] for k in t["PartitionKeys"]]
        G._batch_create_partition(
            {
                "DatabaseName": db,
                "TableName": name,
                "PartitionInputList": [
                    dict(
                        Values=list(v),
                        StorageDescriptor=dict(
                            t["StorageDescriptor"],
                            Location=location.rstrip("/") + "/" + "/".join(f"{k}={x}" for k, x in zip(keys, v)) + "/",
                        ),
                    )
                    for v in vals
                ],
            }
        )

    def name(self, s):
        p = [x.strip().strip('`"').lower() for x in s.split(".")]
        return (p[-2] if len(p) > 1 else self.db), p[-1]

    OK = dict(columns=[], column_types=[], rows=[])

    def run(self, sql):
        s = sql.strip().rstrip(";").strip()
        N = r'([\w`".$-]+)'
        m = lambda p: re.match(p, s, re.I | re.S)
        ddl = A._parse_ddl(s)
        if ddl is not None:
            try:
                return A._run_ddl(ddl, self.db)
            except ValueError as e:
                raise QueryError(f"FAILED: {e}")
        if r := m(rf"CREATE\s+(?:DATABASE|SCHEMA)\s+(IF\s+NOT\s+EXISTS\s+)?{N}"):
            d = self.name(r[2])[1]
            if d in G._databases:
                if not r[1]:
                    raise QueryError(f"FAILED: SemanticException [Error 10036]: Database {d} already exists")
            else:
                G._create_database({"DatabaseInput": {"Name": d}})
            return self.OK
        if r := m(rf"DROP\s+(?:DATABASE|SCHEMA)\s+(IF\s+EXISTS\s+)?{N}\s*(CASCADE)?"):
            d = self.name(r[2])[1]
            ts = [k for k in list(G._tables) if k.startswith(d + "/")]
            if ts and not r[3]:
                raise QueryError(
                    f"FAILED: InvalidOperationException: Database {d} is not empty. One or more tables exist."
                )
            for k in ts:
                G._tables.pop(k, None)
                G._partitions.pop(k, None)
            G._databases.pop(d, None)
            return self.OK
        if r := m(rf"DROP\s+VIEW\s+(IF\s+EXISTS\s+)?{N}"):
            G._tables.pop("/".join(self.name(r[2])), None)
            return self.OK
        if m(r"SHOW\s+(DATABASES|SCHEMAS)"):
            return self.lines("database_name", sorted(G._databases))
        if r := m(rf"SHOW\s+TABLES(?:\s+IN\s+{N})?(?:\s+'(.*)')?$"):
            d = self.name(r[1])[1] if r[1] else self.db
            return self.lines(
                "tab_name",
                sorted(
                    k.split("/", 1)[1]
                    for k in G._tables
                    if k.startswith(d + "/") and (not r[2] or re.fullmatch(r[2].replace("*", ".*"), k.split("/", 1)[1]))
                ),
            )
        if r := m(rf"SHOW\s+PARTITIONS\s+{N}"):
            d, n = self.name(r[1])
            t = self.table(d, n)
            return self.lines(
                "partition",
                [
                    "/".join(f"{k['Name']}={v}" for k, v in zip(t["PartitionKeys"], p["Values"]))
                    for p in G._partitions.get(f"{d}/{n}", [])
                ],
            )
        if r := m(rf"SHOW\s+COLUMNS\s+(?:IN|FROM)\s+{N}"):
            t = self.table(*self.name(r[1]))
            return self.lines("field", [x["Name"] for x in t["StorageDescriptor"]["Columns"] + t["PartitionKeys"]])
        if r := m(rf"(?:DESCRIBE|DESC)\s+(?:EXTENDED\s+|FORMATTED\s+)?{N}"):
            t = self.table(*self.name(r[1]))
            return dict(
                columns=["col_name", "data_type", "comment"],
                column_types=["string"] * 3,
                rows=[
                    [x["Name"], x["Type"], x.get("Comment", "")]
                    for x in t["StorageDescriptor"]["Columns"] + t["PartitionKeys"]
                ],
            )
        if r := m(rf"SHOW\s+CREATE\s+(?:TABLE|VIEW)\s+{N}"):
            d, n = self.name(r[1])
            t = self.table(d, n)
            sd = t["StorageDescriptor"]
            f = lambda cs: ", ".join(f"`{x['Name']}` {x['Type']}" for x in cs)
            return self.lines(
                "createtab_stmt",
                [
                    f"CREATE EXTERNAL TABLE `{d}.{n}`(",
                    f"  {f(sd['Columns'])})",
                    *([f"PARTITIONED BY ({f(t['PartitionKeys'])})"] if t["PartitionKeys"] else []),
                    f"ROW FORMAT SERDE '{(sd.get('SerdeInfo') or {}).get('SerializationLibrary')}'",
                    f"LOCATION '{sd['Location']}'",
                ],
            )
        if r := m(rf"MSCK\s+REPAIR\s+TABLE\s+{N}"):
            d, n = self.name(r[1])
            t = self.table(d, n)
            b, p = s3split(t["StorageDescriptor"]["Location"])
            p = p.rstrip("/") + "/"
            keys = [k["Name"] for k in t["PartitionKeys"]]
            have = {tuple(x["Values"]) for x in G._partitions.get(f"{d}/{n}", [])}
            new = OrderedDict()
            for k in s3keys(b, p):
                kv = [x.split("=", 1) for x in k[len(p) :].split("/")[:-1] if "=" in x]
                if [x[0].lower() for x in kv] == keys and (v := tuple(unquote(x[1]) for x in kv)) not in have:
                    new[v] = 1
            if new:
                self.register(d, n, t["StorageDescriptor"]["Location"], list(new))
            return self.lines(
                "result",
                [
                    f"Repair: Added partition to metastore {n}:" + "/".join(f"{a}={c}" for a, c in zip(keys, v))
                    for v in new
                ],
            )
        if r := m(
            rf"ALTER\s+TABLE\s+{N}\s+ADD\s+(IF\s+NOT\s+EXISTS\s+)?((?:PARTITION\s*\(.*?\)\s*(?:LOCATION\s+'[^']*'\s*)?)+)$"
        ):
            d, n = self.name(r[1])
            t = self.table(d, n)
            keys = [k["Name"] for k in t["PartitionKeys"]]
            for spec, loc in re.findall(r"PARTITION\s*\((.*?)\)\s*(?:LOCATION\s+'([^']*)')?", r[3], re.I | re.S):
                kv = {a.lower(): v for a, v in re.findall(r"(\w+)\s*=\s*'?([^',]*)'?", spec)}
                v = [kv[k] for k in keys]
                if any(p["Values"] == v for p in G._partitions.get(f"{d}/{n}", [])):
                    if not r[2]:
                        raise QueryError(f"FAILED: SemanticException Partition already exists: {v}")
                    continue
                if loc:
                    G._create_partition(
                        {
                            "DatabaseName": d,
                            "TableName": n,
                            "PartitionInput": dict(
                                Values=v, StorageDescriptor=dict(t["StorageDescriptor"], Location=loc)
                            ),
                        }
                    )
                else:
                    self.register(d, n, t["StorageDescriptor"]["Location"], [v])
            return self.OK
        if r := m(rf"ALTER\s+TABLE\s+{N}\s+DROP\s+(IF\s+EXISTS\s+)?PARTITION\s*\((.*?)\)"):
            d, n = self.name(r[1])
            t = self.table(d, n)
            kv = {a.lower(): v for a, v in re.findall(r"(\w+)\s*=\s*'?([^',]*)'?", r[3])}
            v = [kv[k["Name"]] for k in t["PartitionKeys"]]
            G._partitions[f"{d}/{n}"] = [p for p in G._partitions.get(f"{d}/{n}", []) if p["Values"] != v]
            return self.OK
        if r := m(rf"PREPARE\s+(\w+)\s+FROM\s+(.*)$"):
            wg = self.ex["WorkGroup"]
            A._prepared_statements[f"{wg}/{r[1]}"] = dict(
                StatementName=r[1],
                QueryStatement=r[2],
                WorkGroupName=wg,
                Description="",
                LastModifiedTime=int(time.time()),
            )
            return self.OK
        if r := m(r"DEALLOCATE\s+PREPARE\s+(\w+)"):
            A._prepared_statements.pop(f"{self.ex['WorkGroup']}/{r[1]}", None)
            return self.OK
        if r := m(r"EXECUTE\s+(\w+)(?:\s+USING\s+(.*))?$"):
            st = A._prepared_statements.get(f"{self.ex['WorkGroup']}/{r[1]}")
            if not st:
                raise QueryError(f"NOT_FOUND: Prepared statement not found: {r[1]}")
            return self.run(
                bind(
                    st["QueryStatement"],
                    [x.sql(dialect="trino") for x in sqlglot.parse_one(f"SELECT {r[2]}", read="trino").expressions]
                    if r[2]
                    else [],
                )
            )
        if r := m(rf"CREATE\s+(OR\s+REPLACE\s+)?VIEW\s+{N}\s+AS\s+(.*)$"):
            d, n = self.name(r[2])
            cur = self.select(f"SELECT * FROM ({r[3]}) LIMIT 0")
            cols = [{"Name": x[0], "Type": athena_of_duck(x[1])} for x in cur.description]
            if f"{d}/{n}" in G._tables and not r[1]:
                raise QueryError(f"ALREADY_EXISTS: View already exists: '{d}.{n}'")
            G._tables.pop(f"{d}/{n}", None)
            enc = base64.b64encode(
                json.dumps(
                    {
                        "originalSql": r[3],
                        "catalog": "awsdatacatalog",
                        "schema": d,
                        "columns": [{"name": x["Name"], "type": x["Type"]} for x in cols],
                    }
                ).encode()
            ).decode()
            G._create_table(
                {
                    "DatabaseName": d,
                    "TableInput": dict(
                        Name=n,
                        TableType="VIRTUAL_VIEW",
                        Parameters={"presto_view": "true", "comment": "Presto View"},
                        PartitionKeys=[],
                        StorageDescriptor=dict(Columns=cols, Location="", SerdeInfo={}),
                        ViewOriginalText=f"/* Presto View: {enc} */",
                        ViewExpandedText="/* Presto View */",
                    ),
                }
            )
            return self.OK
        if r := m(r"UNLOAD\s*\((.*)\)\s*TO\s+'(s3://[^']+)'\s*WITH\s*\((.*)\)$"):
            opt = dict((a.lower(), b) for a, b in re.findall(r"(\w+)\s*=\s*'([^']*)'", r[3]))
            b, p = s3split(r[2])
            if s3keys(b, p.rstrip("/") + "/"):
                raise QueryError(f"HIVE_PATH_ALREADY_EXISTS: Target directory for table '{r[2]}' already exists")
            by = (
                re.findall(r"'(\w+)'", re.search(r"partitioned_by\s*=\s*ARRAY\s*\[(.*?)\]", r[3], re.I | re.S)[1])
                if "partitioned_by" in r[3].lower()
                else ()
            )
            _, done = self.write(r[1], r[2], opt.get("format", "parquet"), by)
            ob, ok_ = s3split(self.ex["ResultConfiguration"]["OutputLocation"])
            mk = re.sub(r"\.csv$", "", ok_) + "-manifest.csv"
            s3put(ob, mk, "".join(f"s3://{b}/{k}\n" for ks in done.values() for k in ks).encode())
            self.ex["Statistics"]["DataManifestLocation"] = f"s3://{ob}/{mk}"
            return dict(columns=["rows"], column_types=["bigint"], rows=[])
        if r := m(rf"CREATE\s+TABLE\s+(IF\s+NOT\s+EXISTS\s+)?{N}\s*(?:WITH\s*\((.*?)\)\s*)?AS\s+(.*)$"):
            # the WITH list may hold ARRAY['a'] but no closing parenthesis
            d, n = self.name(r[2])
            props = r[3] or ""
            opt = {a.lower(): v for a, v in re.findall(r"(\w+)\s*=\s*'([^']*)'", props)}
            if f"{d}/{n}" in G._tables:
                if r[1]:
                    return self.OK
                raise QueryError(f"TABLE_ALREADY_EXISTS: line 1:1: Table 'awsdatacatalog.{d}.{n}' already exists")
            if opt.get("table_type", "").upper() == "ICEBERG":
                raise QueryError("NOT_SUPPORTED: Iceberg tables are not emulated here")
            by = (
                [x.lower() for x in re.findall(r"'(\w+)'", a[1])]
                if (a := re.search(r"partitioned_by\s*=\s*ARRAY\s*\[(.*?)\]", props, re.I | re.S))
                else []
            )
            loc = opt.get("external_location") or (
                self.ex["ResultConfiguration"]["OutputLocation"].rsplit("/", 1)[0]
                + f"/tables/{self.ex['QueryExecutionId']}/"
            )
            b, p = s3split(loc)
            if s3keys(b, p.rstrip("/") + "/"):
                raise QueryError(
                    f"HIVE_PATH_ALREADY_EXISTS: Target directory for table '{d}.{n}' already exists: {loc}"
                )
            fmt = opt.get("format", "parquet").lower()
            cols, done = self.write(r[4], loc, fmt, by)
            hv = lambda t: hive_of_arrow(
                self.c.execute(f"SELECT CAST(NULL AS {t}) x").to_arrow_table().schema.field(0).type
            )
            sd = dict(
                PQ
                if fmt == "parquet"
                else dict(
                    TXT,
                    SerdeInfo={
                        "SerializationLibrary": "org.apache.hive.hcatalog.data.JsonSerDe"
                        if fmt == "json"
                        else "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
                        "Parameters": {},
                    },
                )
            )
            G._create_table(
                {
                    "DatabaseName": d,
                    "TableInput": dict(
                        Name=n,
                        TableType="EXTERNAL_TABLE",
                        Parameters={"classification": fmt, "EXTERNAL": "TRUE"},
                        PartitionKeys=[{"Name": a, "Type": hv(t)} for a, t in cols if a in by],
                        StorageDescriptor=dict(
                            sd, Location=loc, Columns=[{"Name": a, "Type": hv(t)} for a, t in cols if a not in by]
                        ),
                    ),
                }
            )
            if by:
                self.register(d, n, loc, list(done))
            return self.OK
        if r := m(rf"INSERT\s+INTO\s+{N}\s*(?:\(([^)]*)\)\s*)?((?:SELECT|WITH|VALUES|TABLE).*)$"):
            d, n = self.name(r[1])
            t = self.table(d, n)
            by = [k["Name"] for k in t["PartitionKeys"]]
            names = [x["Name"] for x in t["StorageDescriptor"]["Columns"]] + by
            src = r[3] if not r[3].upper().startswith("VALUES") else f"SELECT * FROM ({r[3]}) AS v"
            given = [x.strip().strip('"').lower() for x in r[2].split(",")] if r[2] else names
            k = len(self.select(f"SELECT * FROM ({src}) LIMIT 0").description)
            if k != len(given):
                raise QueryError(
                    f"TYPE_MISMATCH: line 1:1: Insert query has mismatched column types: Table has {len(given)} columns, query {k}"
                )
            types = {x["Name"]: duck_of_hive(x["Type"]) for x in t["StorageDescriptor"]["Columns"] + t["PartitionKeys"]}
            al = ", ".join(f"i{j}" for j in range(k))
            sel = (
                f"SELECT "
                + ", ".join(
                    (
                        f'CAST(i{given.index(c)} AS {types[c]}) AS "{c}"'
                        if c in given
                        else f'CAST(NULL AS {types[c]}) AS "{c}"'
                    )
                    for c in names
                )
                + f" FROM ({src}) AS q({al})"
            )
            fmt = A._data_format(t)
            _, done = self.write(sel, t["StorageDescriptor"]["Location"], fmt, by)
            have = {tuple(p["Values"]) for p in G._partitions.get(f"{d}/{n}", [])}
            if by and (new := [v for v in done if v not in have]):
                self.register(d, n, t["StorageDescriptor"]["Location"], new)
            return dict(columns=["rows"], column_types=["bigint"], rows=[])
        if r := m(r"EXPLAIN\s+(?:ANALYZE\s+|\(.*?\)\s*)?(.*)$"):
            return self.lines(
                "Query Plan", [x[1] for x in self.c.execute("EXPLAIN " + self.translate(r[1])).fetchall()]
            )
        if m(r"(SELECT|WITH|VALUES|\()"):
            return self.rows(self.select(s))
        raise QueryError(f"NOT_SUPPORTED: this statement is not emulated here: {s[:60]}")


def bind(sql, params):
    toks, out, i = list(A._sql_tokens(sql)), "", 0
    it = iter(params)
    n = 0
    for k, t, a, b in toks:
        if k == "punct" and t == "?":
            n += 1
            v = next(it, None)
            if v is None:
                raise QueryError(
                    f"INVALID_PARAMETER_USAGE: Incorrect number of parameters: expected {sum(x[1] == '?' for x in toks)} but found {len(params)}"
                )
            out += sql[i:a] + v
            i = b
    if n != len(params):
        raise QueryError(
            f"INVALID_PARAMETER_USAGE: Incorrect number of parameters: expected {n} but found {len(params)}"
        )
    return out + sql[i:]


_live = {}
orig_start = A._start_query_execution


def start_query_execution(data):
    wg = A._workgroups.get(data.get("WorkGroup", "primary"))
    bad = lambda m: error_response_json("InvalidRequestException", m, 400, extra={"AthenaErrorCode": "MALFORMED_QUERY"})
    if wg is None:
        return bad(f"WorkGroup {data.get('WorkGroup')} is not found.")
    if wg.get("State") == "DISABLED":
        return bad(f"WorkGroup {wg['Name']} is disabled.")
    conf = wg.get("Configuration") or {}
    wl = (conf.get("ResultConfiguration") or {}).get("OutputLocation")
    q = data.get("QueryString", "")
    if conf.get("EnforceWorkGroupConfiguration") and wl:
        data["ResultConfiguration"] = {"OutputLocation": wl}
    rc = data.setdefault("ResultConfiguration", {})
    loc = rc.get("OutputLocation") or wl
    if loc:
        rc["OutputLocation"] = loc.rstrip("/") + "/"
    head = re.match(r"\s*\(*\s*(\w+)", q)
    head = head[1].upper() if head else ""
    if head in ("SELECT", "WITH", "INSERT"):
        try:
            sqlglot.parse_one(q, read="athena")
        except sqlglot.errors.SqlglotError as e:
            return bad(f"line 1:1: mismatched input. {re.sub(chr(27) + r'.*?m', '', str(e))[:200]}")
    elif head not in (
        "CREATE",
        "DROP",
        "ALTER",
        "SHOW",
        "DESCRIBE",
        "DESC",
        "MSCK",
        "PREPARE",
        "EXECUTE",
        "DEALLOCATE",
        "UNLOAD",
        "EXPLAIN",
        "VALUES",
        "UPDATE",
        "DELETE",
        "MERGE",
        "OPTIMIZE",
        "VACUUM",
        "TABLE",
    ):
        return bad(f"line 1:1: mismatched input '{head}'. Expecting: 'ALTER', 'CREATE', 'SELECT', ...")
    if data.get("ExecutionParameters"):
        try:
            data["QueryString"] = (
                bind(q, data["ExecutionParameters"])
                if head != "EXECUTE"
                else q + " USING " + ", ".join(data["ExecutionParameters"])
            )
        except QueryError as e:
            return bad(str(e))
    return orig_start(data)


async def execute_query(qid, query, database, ddl, catalog=None):
    ex = A._executions.get(qid)
    st = ex["Status"]
    st["State"] = "RUNNING"
    t0 = time.time()

    def work():
        e = Engine(ex, (database or "default").lower())
        _live[qid] = e
        try:
            return e.run(query), e.scanned
        finally:
            _live.pop(qid, None)
            e.close()

    try:
        res, scanned = await asyncio.to_thread(work)
        ms = int((time.time() - t0) * 1000)
        ex["_results"], ex["_column_types"] = (
            {"columns": res["columns"], "rows": res["rows"]},
            res.get("column_types") or [],
        )
        ex["Statistics"].update(
            EngineExecutionTimeInMillis=ms, TotalExecutionTimeInMillis=ms, DataScannedInBytes=scanned
        )
        cut = ((A._workgroups.get(ex["WorkGroup"]) or {}).get("Configuration") or {}).get("BytesScannedCutoffPerQuery")
        if cut and scanned > cut:
            raise QueryError(f"Bytes scanned limit was exceeded")
        b, k = s3split(ex["ResultConfiguration"]["OutputLocation"])
        buf = io.StringIO()
        w = lambda r: ",".join("" if v is None else '"' + str(v).replace('"', '""') + '"' for v in r) + "\n"
        if ex["StatementType"] == "DML" or re.match(r"\s*EXECUTE", query, re.I):
            buf.write(w(res["columns"]))
            buf.writelines(w(r) for r in res["rows"])
        else:
            buf.writelines("\t".join("" if v is None else str(v) for v in r) + "\n" for r in res["rows"])
        await asyncio.to_thread(s3put, b, k, buf.getvalue().encode(), "text/csv")
        await asyncio.to_thread(s3put, b, k + ".metadata", b"")
        if st["State"] != "CANCELLED":
            st["State"] = "SUCCEEDED"
    except Exception as e:
        if st["State"] != "CANCELLED":
            if not isinstance(e, QueryError):
                log.exception("query %s", qid)
            st.update(
                State="FAILED",
                StateChangeReason=str(e)[:1500] if isinstance(e, QueryError) else f"GENERIC_INTERNAL_ERROR: {e}"[:1500],
                AthenaError={"ErrorCategory": 2, "ErrorType": 1006, "Retryable": False, "ErrorMessage": str(e)[:500]},
            )
    st["CompletionDateTime"] = int(time.time())


orig_stop = A._stop_query_execution


def stop_query_execution(data):
    r = orig_stop(data)
    e = _live.get(data.get("QueryExecutionId"))
    if e:
        try:
            e.c.interrupt()
        except Exception:
            pass
    return r


orig_wg = A._ensure_default_workgroup


def ensure_default_workgroup():  # AWS always answers these two; awswrangler reads them without a default
    orig_wg()
    c = A._workgroups["primary"].setdefault("Configuration", {})
    c.setdefault("EnforceWorkGroupConfiguration", False)
    c.setdefault("PublishCloudWatchMetricsEnabled", False)


A._ensure_default_workgroup = ensure_default_workgroup
orig_detect = A._detect_statement_type
A._detect_statement_type = lambda q: (
    "DML" if re.match(r"\s*(EXECUTE|UNLOAD|EXPLAIN|VALUES)\b", q, re.I) else orig_detect(q)
)
A._start_query_execution, A._execute_query, A._stop_query_execution = (
    start_query_execution,
    execute_query,
    stop_query_execution,
)
G._start_crawler, G._get_crawler_metrics, G._get_partitions = start_crawler, get_crawler_metrics, get_partitions
if __name__ == "__main__":
    import tests.local_aws.server.permissions  # checks of Glue and Athena with AUTH=true
    from ministack.app import main

    main()
