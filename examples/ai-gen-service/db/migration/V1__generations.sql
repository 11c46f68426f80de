-- What was asked for and what was generated. position orders the rows for paging; id is what clients see.
CREATE TABLE generations (
  position   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id         uuid        NOT NULL UNIQUE,
  prompt     text        NOT NULL CHECK (char_length(prompt) BETWEEN 1 AND 500),
  seed       bigint      NOT NULL CHECK (seed BETWEEN 0 AND 4294967295),
  text       text        NOT NULL,
  created_at timestamptz NOT NULL
);
