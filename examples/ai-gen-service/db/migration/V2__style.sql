-- 1.1.0 knows styles. The default keeps 1.0.0 working while both versions run.
ALTER TABLE generations
  ADD COLUMN style text NOT NULL DEFAULT 'plain' CHECK (style IN ('plain', 'formal', 'playful'));
