using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace NpcEngine
{
    /// <summary>Writes null, bool, numbers, strings, lists and maps as one line of JSON.</summary>
    internal static class JsonWriter
    {
        public static string Line(object value)
        {
            var json = new StringBuilder();
            Write(json, value);
            return json.ToString();
        }

        private static void Write(StringBuilder json, object value)
        {
            if (value == null)
            {
                json.Append("null");
            }
            else if (value is bool)
            {
                json.Append((bool)value ? "true" : "false");
            }
            else if (value is string)
            {
                WriteText(json, (string)value);
            }
            else if (value is IEnumerable<KeyValuePair<string, object>>)
            {
                WriteMap(json, (IEnumerable<KeyValuePair<string, object>>)value);
            }
            else if (value is IEnumerable)
            {
                WriteList(json, (IEnumerable)value);
            }
            else
            {
                string format = value is double || value is float ? "R" : null;
                json.Append(((System.IFormattable)value).ToString(format, CultureInfo.InvariantCulture));
            }
        }

        private static void WriteMap(StringBuilder json, IEnumerable<KeyValuePair<string, object>> map)
        {
            string separator = "{";
            foreach (KeyValuePair<string, object> entry in map)
            {
                json.Append(separator);
                WriteText(json, entry.Key);
                json.Append(": ");
                Write(json, entry.Value);
                separator = ", ";
            }
            json.Append(separator == "{" ? "{}" : "}");
        }

        private static void WriteList(StringBuilder json, IEnumerable list)
        {
            string separator = "[";
            foreach (object entry in list)
            {
                json.Append(separator);
                Write(json, entry);
                separator = ", ";
            }
            json.Append(separator == "[" ? "[]" : "]");
        }

        private static void WriteText(StringBuilder json, string text)
        {
            json.Append('"');
            foreach (char unit in text)
            {
                if (unit == '"' || unit == '\\')
                {
                    json.Append('\\').Append(unit);
                }
                else if (unit < ' ' || char.IsSurrogate(unit))
                {
                    json.Append("\\u").Append(((int)unit).ToString("x4"));
                }
                else
                {
                    json.Append(unit);
                }
            }
            json.Append('"');
        }
    }
}
